/** Tags and genres: one row for each, however people write it; shown as it was first entered. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('labels');
const { visitor } = world, alice = world.as('alice'), carol = world.as('carol'), dave = world.as('dave');
const ids = template.ids;

const add = (person: Person, title: string, more = "'public'") => world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${ids[person]}', '${title}', 'completed', ${more}) returning id`);
const first = await add('carol', 'First'), second = await add('dave', 'Second'), third = await add('carol', 'Third'), hidden = await add('carol', 'Hidden', "'private'");
const say = async (client: Client, id: string, body: { tags?: string[]; genre?: string | null }) => {
  const reply = await client.put('/api/v1/tracks/{id}', { path: { id }, body });
  assertStatus(reply, 200);
  return [reply.body.tags, reply.body.genre];
};
const titles = async (query: { tag?: string; genre?: string }) => (await visitor.get('/api/v1/tracks', { query: { ...query, sort: 'title' } })).body.items.map(({ title }) => title);
const suggested = async (client: Client, q: string) => {
  const reply = await client.get('/api/v1/tags/suggest', { query: { q } });
  assertStatus(reply, 200);
  return reply.body.items.map(({ name }) => name);
};

test('case, accents, width, spaces and hyphens make no other tag, and the first spelling is shown', async () => {
  assert.deepEqual(await say(carol, first, { tags: ['Synthwave', 'lo-fi', 'Été', 'synth wave'] }), [['Synthwave', 'lo-fi', 'Été'], null]);
  assert.deepEqual(await say(dave, second, { tags: ['ｓｙｎｔｈｗａｖｅ', 'LO FI', 'ete', 'SYNTH-WAVE', 'new'] }), [['Synthwave', 'lo-fi', 'Été', 'new'], null]);
  for (const tag of ['synthwave', 'SYNTHWAVE', 'ｓｙｎｔｈｗａｖｅ', 'Synth-Wave', 'synth wave', 'lofi', 'été']) assert.deepEqual(await titles({ tag }), ['First', 'Second'], tag);
  assert.equal(await world.sql(`select count(*) from tags where label_fold(name) = 'synthwave'`), '1');
  assert.equal(await world.sql(`select string_agg(g.name, ' ' order by x.position) from track_tags x join tags g on g.id = x.tag_id where x.track_id = '${second}'`), 'Synthwave lo-fi Été new');
});

test('genres are the same, and those that everybody knows have their usual name', async () => {
  assert.equal((await say(carol, first, { genre: 'hip hop' }))[1], 'Hip-hop');
  assert.equal((await say(dave, second, { genre: '演歌' }))[1], '演歌');
  assert.equal((await say(carol, third, { genre: 'HIPHOP' }))[1], 'Hip-hop');
  for (const genre of ['hip-hop', 'Hip Hop', 'ＨｉｐＨｏｐ']) assert.deepEqual(await titles({ genre }), ['First', 'Third'], genre);
  const genres = (await visitor.get('/api/v1/genres', {})).body.items;
  assert.deepEqual(genres.map(({ name, track_count }) => [name, track_count]), [['Hip-hop', 2], ['演歌', 1]]);
  assert.equal(await world.sql(`select string_agg(g.genre_slug, ' ' order by t.title) from track_genres g join tracks t on t.id = g.track_id`), 'hip-hop 00f33d23 hip-hop');
  assert.equal((await say(carol, third, { genre: null }))[1], null);
  assert.equal(await world.sql(`select count(*) from track_genres where track_id = '${third}'`), '0');
});

test('what is not made of letters is a tag too, and what is empty is none', async () => {
  assert.deepEqual((await say(carol, third, { tags: ['---', '-', '🎵', 'C#', 'c'] }))[0], ['---', '-', '🎵', 'C#', 'c']);
  assertProblem(await carol.put('/api/v1/tracks/{id}', { path: { id: third }, body: { tags: [''] } }), 422, 'validation');
  assert.deepEqual((await say(carol, third, { tags: ['  ', 'One', ' one '] }))[0], ['One']);
  assert.deepEqual((await say(carol, third, { tags: [] }))[0], []);
});

test('hostile names are stored and found as they are', async () => {
  for (const tag of ["'; drop table tags; --", '%_\\', '<script>', 'a,b', '{x}', 'NULL', 'ﷺ', 'İstanbul', 'ß']) {
    assert.deepEqual((await say(carol, third, { tags: [tag] }))[0], [tag]);
    assert.deepEqual(await titles({ tag }), ['Third'], tag);
    assert.ok((await suggested(alice, tag)).includes(tag), tag);
  }
  await say(carol, third, { tags: [] });
});

test('typing suggests tags that public tracks have, the most used first, and nothing of what is hidden', async () => {
  await say(carol, hidden, { tags: ['Synthesis', 'secret plan'] });
  assert.deepEqual(await suggested(alice, 'syn'), ['Synthwave']);
  assert.deepEqual(await suggested(alice, 'secret'), []);
  assert.deepEqual(new Set(await suggested(carol, 'ＳＹＮ')), new Set(['Synthwave', 'Synthesis']), 'one\'s own');
  await say(carol, third, { tags: ['synth', 'Synthesis'] });
  const [exact, ...others] = await suggested(alice, 'synth');
  assert.equal(exact, 'synth', 'what is typed exactly comes first');
  assert.deepEqual(new Set(others), new Set(['Synthwave', 'Synthesis']));
  assertProblem(await visitor.get('/api/v1/tags/suggest', { query: { q: 'syn' } }), 401);
  assertProblem(await alice.get('/api/v1/tags/suggest', { query: { q: '' } }), 422, 'validation');
  const popular = async (query = {}) => (await visitor.get('/api/v1/tracks/suggested-tags', { query })).body.items.map(({ name }) => name);
  assert.deepEqual(new Set((await popular()).slice(0, 3)), new Set(['Synthwave', 'lo-fi', 'Été']));
  assert.ok(!(await popular()).includes('secret plan'));
  assert.deepEqual(new Set(await popular({ genre: '演歌' })), new Set(['Synthwave', 'lo-fi', 'Été', 'new']));
  for (const reply of [await alice.get('/api/v1/tags/suggest', { query: { q: 's', total: true } }), await visitor.get('/api/v1/tracks/suggested-tags', { query: { total: true } })]) {
    assert.ok(!('total' in reply.body));
    assert.deepEqual(Object.keys(reply.body.items[0]!), ['name']);
  }
});

test('twenty at once who write a new tag make one', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, (_, i) => add('carol', `At once ${i}`)));
  const tags = await Promise.all(made.map((id, i) => say(carol, id, { tags: [['Brand New', 'brand-new', 'BRANDNEW'][i % 3]!, 'other'].sort(() => (i % 2 ? 1 : -1)), genre: i % 2 ? 'Micro house' : 'micro-house' })));
  assert.equal(new Set(tags.map(([names, genre]) => `${[...(names as string[])].sort().join()} ${String(genre)}`)).size, 1);
  assert.equal(await world.sql(`select count(*) || ' ' || max(use_count) from tags where label_fold(name) = 'brandnew'`), '1 20');
  await world.sql(`delete from tracks where title like 'At once %'`);
  assert.equal(await world.sql(`select use_count from tags where label_fold(name) = 'brandnew'`), '0', 'also when the tracks go');
});

test('the numbers of tracks of genres are right for each reader after every kind of change, also where many happen at once', async () => {
  let limit = 40; /* another one each time, so that no reply is one that was kept */
  const listed = async (client: Client, viewer: string | null) => {
    const kept = (await client.get('/api/v1/genres', { query: { limit: limit++ } })).body.items.map(({ name, track_count }) => `${name}: ${track_count}`).sort();
    const id = viewer ? `'${viewer}'::uuid` : 'null::uuid';
    const counted = await world.sql(`select t.genre || ': ' || count(*) from tracks t join users u on u.id = t.creator_id
      where t.genre <> '' and track_is_public(t) and user_shown(u) and not exists (select from user_blocks b where b.blocker_id = u.id and b.blocked_id = ${id})
        and (${id} is null or not t.is_explicit or t.creator_id = ${id} or coalesce((select s.explicit_content from user_settings s where s.user_id = ${id}), true))
      group by t.genre`);
    assert.deepEqual(kept, counted.split('\n').filter(Boolean).sort());
  };
  const one = await add('dave', 'Counted one'), two = await add('alice', 'Counted two');
  for (const change of [
    `update tracks set genre = 'Drone' where id in ('${one}', '${two}')`, `update tracks set is_explicit = true where id in ('${one}', '${two}')`,
    `insert into user_settings (user_id, explicit_content) values ('${ids.alice}', false) on conflict (user_id) do update set explicit_content = false`,
    `insert into user_blocks (blocker_id, blocked_id) values ('${ids.dave}', '${ids.alice}')`, `update tracks set is_explicit = false where id = '${one}'`,
    `update tracks set visibility = 'scheduled', publish_at = now() + interval '1 hour', publish_zone = 'UTC' where id = '${one}'`, `update tracks set visibility = 'public', publish_at = null, publish_zone = null where id = '${one}'`,
    `update users set is_banned = true where id = '${ids.dave}'`, `update tracks set genre = 'Noise' where id = '${one}'`, `update users set is_banned = false where id = '${ids.dave}'`,
    `update tracks set deleted_at = now() where id = '${one}'`, `update tracks set deleted_at = null where id = '${one}'`, `update tracks set creator_id = '${ids.carol}' where id = '${one}'`,
    `update tracks set status = 'failed' where id = '${one}'`, `update tracks set status = 'completed' where id = '${one}'`, `update users set deletion_at = now() where id = '${ids.carol}'`,
    `update users set deletion_at = null where id = '${ids.carol}'`, `delete from tracks where id = '${two}'`,
    `insert into users (id, username, email, password_hash) values ('00000000-0000-4000-8000-00000000abcd', 'gone', 'gone@example.org', 'x');
     insert into tracks (creator_id, title, status, visibility, genre) values ('00000000-0000-4000-8000-00000000abcd', 'Gone', 'completed', 'public', 'Drone')`,
    `delete from users where username = 'gone'`,
  ]) {
    await world.sql(change);
    await listed(visitor, null).catch((error: Error) => { throw new Error(`${change}: ${error.message}`); });
    await listed(alice, ids.alice).catch((error: Error) => { throw new Error(`as alice: ${change}: ${error.message}`); });
  }
  await Promise.all([...Array.from({ length: 12 }, (_, i) => world.sql(`update tracks set genre = '${['Drone', 'Noise'][i % 2]}' where creator_id = '${ids.carol}' and visibility = 'public'`)),
    ...Array.from({ length: 6 }, (_, i) => world.sql(`update users set is_banned = ${i % 2 === 0} where id = '${ids.carol}'`)),
    ...Array.from({ length: 12 }, (_, i) => add('carol', `Counted at once ${i}`))].map((change) => change.catch(() => null))); /* one of two that wait for each other is refused */
  await world.sql(`update users set is_banned = false where id = '${ids.carol}'`);
  await listed(visitor, null);
});
