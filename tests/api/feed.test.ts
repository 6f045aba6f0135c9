/** The feed: what is new from those whom one follows, each thing once, ordered by first publication; full while there is more; nothing that is hidden. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type BodyOf, type Client } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

type Item = BodyOf<'get', '/api/v1/feed'>['items'][number];

const world = await World.start('feed');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia');
const ids = template.ids;

interface More { visibility?: string; explicit?: boolean; genre?: string; tags?: string[]; at?: string; publishAt?: string }
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** A track as a row. `at`: an interval before now at which it was published first. */
const add = (owner: string, title: string, { visibility = 'public', explicit = false, genre, tags = [], at, publishAt }: More = {}) => world.sql(`
  insert into tracks (creator_id, title, file_path, status, stream_status, visibility, publish_at, publish_zone, is_explicit, genre, tags, first_public_at, duration_ms)
  values ('${owner}', ${quoted(title)}, 'x', 'completed', 'ready', '${visibility}', ${publishAt ? `now() + interval '${publishAt}', 'UTC'` : 'null, null'}, ${explicit},
    ${genre ? quoted(genre) : 'null'}, array[${tags.map(quoted).join()}]::varchar[], ${at ? `now() - interval '${at}'` : 'null'}, 60000) returning id`);
const follow = async (client: Client, person: string) => assertStatus(await client.post('/api/v1/users/{id}/follow', { path: { id: person } }), 200);
const feed = async (client: Client, limit = 50): Promise<Item[]> => {
  const reply = await client.get('/api/v1/feed', { query: { limit } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const named = (items: Item[]) => items.map((item) => item.track?.title ?? item.release?.title);
const titles = async (client: Client) => named(await feed(client));
const repost = (person: string, track: string, at = '0') => world.sql(`insert into track_reposts (user_id, track_id, created_at) values ('${person}', '${track}', now() - interval '${at}')`);
const clean = () => world.sql('delete from track_reposts; delete from releases; delete from tracks; delete from user_follows; delete from user_genre_follows; delete from user_tag_follows; delete from user_mutes; delete from user_blocks');

test('it is empty for whoever follows nobody, and asks who one is', async () => {
  assert.deepEqual(await feed(alice), []);
  assertProblem(await world.visitor.get('/api/v1/feed'), 401);
});

test('tracks of followed people, genres with those below them and tags, each once and with why; not one\'s own', async () => {
  await clean();
  await follow(alice, ids.carol);
  assertStatus(await alice.post('/api/v1/discover/genre/{genre}/follow', { path: { genre: 'electronic' } }), 200);
  const both = await add(ids.carol, 'By Carol, and techno', { genre: 'Techno', tags: ['night'], at: '4 hours' });
  await add(ids.dave, 'Deep house by Dave', { genre: 'Deep house', at: '3 hours' });
  await add(ids.dave, 'Tagged night', { tags: ['NIGHT'], genre: 'Polka', at: '2 hours' });
  await add(ids.dave, 'Nothing of it', { genre: 'Polka', at: '1 hour' });
  await add(ids.alice, 'Own', { genre: 'Techno', at: '1 minute' });
  assertStatus(await alice.post('/api/v1/discover/tag/{tag}/follow', { path: { tag: 'ｎｉｇｈｔ' } }), 200);
  const items = await feed(alice);
  assert.deepEqual(items.map((item) => [item.track!.title, item.reason, item.label]), [['Tagged night', 'tag', 'night'], ['Deep house by Dave', 'genre', 'Deep house'],
    ['By Carol, and techno', 'followed', null]]);
  const [, , last] = items;
  assert.deepEqual([last!.what, last!.id, last!.track!.id, last!.track!.creator.username, last!.track!.is_liked, last!.release, last!.reposter, last!.other_reposters],
    ['track', both, both, 'carol', false, null, null, 0]);
});

test('ordered by first publication: an old draft that is published is on top; unpublishing and publishing again moves nothing', async () => {
  await clean();
  await follow(alice, ids.carol);
  const draft = await add(ids.carol, 'Draft of last year', { visibility: 'private' });
  await world.sql(`update tracks set created_at = now() - interval '1 year' where id = '${draft}'`);
  const yesterday = await add(ids.carol, 'Of yesterday', { at: '1 day' });
  assert.deepEqual(await titles(alice), ['Of yesterday']);
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: draft }, body: { visibility: 'public' } }), 200);
  assert.deepEqual(await titles(alice), ['Draft of last year', 'Of yesterday']);
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: yesterday }, body: { visibility: 'private' } }), 200);
  assert.deepEqual(await titles(alice), ['Draft of last year']);
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: yesterday }, body: { visibility: 'public' } }), 200);
  assert.deepEqual(await titles(alice), ['Draft of last year', 'Of yesterday']);
});

test('what is scheduled appears by the clock; what is still processed, when it is ready', async () => {
  await clean();
  await follow(alice, ids.carol);
  await add(ids.carol, 'Soon', { visibility: 'scheduled', publishAt: '1500 milliseconds' });
  await add(ids.carol, 'Later', { visibility: 'scheduled', publishAt: '1 hour' });
  const unready = await world.sql(`insert into tracks (creator_id, title, file_path, status) values ('${ids.carol}', 'Processed', 'x', 'processing') returning id`);
  assert.deepEqual(await titles(alice), []);
  await until('the time to come', async () => (await titles(alice)).includes('Soon'), 10);
  assert.deepEqual(await titles(alice), ['Soon']);
  await world.sql(`update tracks set status = 'completed' where id = '${unready}'`);
  assert.deepEqual(await titles(alice), ['Processed', 'Soon']);
});

test('a release stands for the tracks that come out with it; an announced one is not there yet', async () => {
  await clean();
  await follow(alice, ids.carol);
  const track = await add(ids.carol, 'Of the album', { visibility: 'private' }), single = await add(ids.carol, 'Single', { at: '1 hour' });
  const make = async (body: object) => {
    const reply = await carol.post('/api/v1/releases', { body: { kind: 'album', licence: 'all_rights_reserved', visibility: 'public', ...body } as never });
    assertStatus(reply, 201);
    return reply.body;
  };
  await make({ title: 'Album', track_ids: [track], access: 'release' });
  await make({ title: 'Announced', release_at: new Date(Date.now() + 3600e3).toISOString(), release_zone: 'UTC' });
  await make({ title: 'Hidden', visibility: 'private' });
  await make({ title: 'By its address', visibility: 'unlisted' });
  const items = await feed(alice);
  assert.deepEqual(items.map((item) => [item.what, item.release?.title ?? item.track?.title]), [['release', 'Album'], ['track', 'Single']]);
  assert.equal(items[0]!.release!.creator.username, 'carol');
  assert.equal(items[1]!.track!.id, single);
});

test('a track that several reposted is one row, at the first repost; later reposts and withdrawn ones move nothing else', async () => {
  await clean();
  for (const person of [ids.bob, ids.dave, ids.mia]) await follow(alice, person);
  const shared = await add(ids.carol, 'Reposted by many', { at: '100 days' }), other = await add(ids.dave, 'New by Dave', { at: '2 hours' });
  await repost(ids.bob, shared, '3 hours');
  await repost(ids.root, shared, '5 hours');
  await repost(ids.mia, other, '1 hour');
  let [first, second] = await feed(alice);
  assert.deepEqual([first!.track!.title, first!.reason, first!.reposter?.username, first!.other_reposters], ['New by Dave', 'followed', 'mia', 0]);
  assert.deepEqual([second!.track!.title, second!.reason, second!.reposter?.username, second!.other_reposters], ['Reposted by many', 'repost', 'bob', 0], 'alice does not follow root');
  await repost(ids.dave, shared, '1 minute');
  await repost(ids.mia, shared, '2 minutes');
  [first, second] = await feed(alice);
  assert.deepEqual([first!.track!.title, second!.track!.title, second!.reposter?.username, second!.other_reposters], ['New by Dave', 'Reposted by many', 'bob', 2]);
  await world.sql(`insert into user_settings (user_id, show_activity) values ('${ids.bob}', false) on conflict (user_id) do update set show_activity = false`);
  [first, second] = await feed(alice);
  assert.deepEqual([first!.track!.title, first!.reposter?.username, first!.other_reposters, second!.track!.title], ['Reposted by many', 'mia', 1, 'New by Dave'], 'without the one who does not show what they do');
  await world.sql(`update user_settings set show_activity = true where user_id = '${ids.bob}'`);
});

test('nothing that is hidden: private, unlisted, deleted, explicit, blocked either way, muted, of accounts that are gone', async () => {
  await clean();
  for (const person of [ids.carol, ids.dave, ids.bob]) await follow(alice, person);
  assertStatus(await alice.post('/api/v1/discover/genre/{genre}/follow', { path: { genre: 'jazz' } }), 200);
  assertStatus(await alice.post('/api/v1/discover/tag/{tag}/follow', { path: { tag: await (async () => { await add(ids.carol, 'Fine', { tags: ['brass'], at: '9 hours' }); return 'brass'; })() } }), 200);
  const secret = await add(ids.dave, 'Private', { visibility: 'private', genre: 'Jazz', tags: ['brass'] }), unlisted = await add(ids.dave, 'Unlisted', { visibility: 'unlisted', genre: 'Jazz', tags: ['brass'] });
  const gone = await add(ids.dave, 'Deleted', { genre: 'Jazz', tags: ['brass'] });
  for (const track of [secret, unlisted, gone]) await repost(ids.bob, track);
  await world.sql(`update tracks set deleted_at = now() where id = '${gone}'`);
  const rude = await add(ids.mia, 'Explicit', { explicit: true, genre: 'Jazz', tags: ['brass'], at: '1 hour' });
  await repost(ids.bob, rude);
  assert.deepEqual(await titles(alice), ['Explicit', 'Fine']);
  await world.sql(`insert into user_settings (user_id, explicit_content) values ('${ids.alice}', false) on conflict (user_id) do update set explicit_content = false`);
  assert.deepEqual(await titles(alice), ['Fine']);
  await world.sql(`update user_settings set explicit_content = true where user_id = '${ids.alice}'`);

  const mute = async (work: () => Promise<{ status: number }>, back: () => Promise<{ status: number }>, left: string[]) => {
    assert.ok((await work()).status < 300);
    assert.deepEqual(await titles(alice), left);
    assert.ok((await back()).status < 300);
    assert.deepEqual(await titles(alice), ['Explicit', 'Fine']);
  };
  const at = { path: { id: ids.mia } }, jazz = { path: { genre: 'Jazz' } }, brass = { path: { tag: 'BRASS' } }, track = { path: { id: rude } };
  await mute(() => alice.post('/api/v1/users/{id}/mute', at), () => alice.delete('/api/v1/users/{id}/mute', at), ['Fine']);
  await mute(() => alice.post('/api/v1/discover/genre/{genre}/mute', jazz), () => alice.delete('/api/v1/discover/genre/{genre}/mute', jazz), ['Fine']);
  await mute(() => alice.post('/api/v1/discover/tag/{tag}/mute', brass), () => alice.delete('/api/v1/discover/tag/{tag}/mute', brass), []);
  await mute(() => alice.post('/api/v1/tracks/{id}/not-this', track), () => alice.delete('/api/v1/tracks/{id}/not-this', track), ['Fine']);
  await mute(() => alice.post('/api/v1/users/{id}/block', at), () => alice.delete('/api/v1/users/{id}/block', at), ['Fine']);
  await mute(() => mia.post('/api/v1/users/{id}/block', { path: { id: ids.alice } }), () => mia.delete('/api/v1/users/{id}/block', { path: { id: ids.alice } }), ['Fine']);
  await world.sql(`update users set deletion_at = now() + interval '1 day' where id = '${ids.mia}'`);
  assert.deepEqual(await titles(alice), ['Fine']);
  await world.sql(`update users set deletion_at = null where id = '${ids.mia}'`);
});

test('scrolling shows each thing once and skips none, also while new ones come and things are reposted; pages are full while there is more; six months are no matter', async () => {
  await clean();
  for (const person of [ids.carol, ids.dave, ids.bob]) await follow(alice, person);
  await world.sql(`insert into tracks (creator_id, title, file_path, status, stream_status, is_explicit, first_public_at, genre)
    select case n % 3 when 0 then '${ids.carol}'::uuid when 1 then '${ids.dave}' else '${ids.mia}' end, 'Track ' || n, 'x', 'completed', 'ready', n % 2 = 0, now() - interval '200 days' - n / 2 * interval '1 minute', 'Waltz'
      from generate_series(1, 400) n`);
  await world.sql(`insert into track_reposts (user_id, track_id, created_at) select case when row_number() over () % 2 = 0 then '${ids.bob}'::uuid else '${ids.dave}' end, id, now() - interval '200 days' - random() * interval '200 minutes' from tracks where creator_id = '${ids.mia}'`);
  await world.sql(`insert into track_reposts (user_id, track_id, created_at) select '${ids.carol}', id, now() - interval '10 days' from tracks where creator_id = '${ids.mia}' on conflict do nothing`);
  await world.sql(`insert into user_settings (user_id, explicit_content) values ('${ids.alice}', false) on conflict (user_id) do update set explicit_content = false`);
  const seen: string[] = [], ats: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 100; page++) {
    const reply = await alice.get('/api/v1/feed', { query: { limit: 7, ...(cursor && { cursor }) } });
    assertStatus(reply, 200);
    if (reply.body.next) assert.equal(reply.body.items.length, 7, 'a page is full while there is more');
    seen.push(...reply.body.items.map((item) => item.id));
    ats.push(...reply.body.items.map((item) => item.at));
    cursor = reply.body.next ?? undefined;
    if (!cursor) break;
    if (page === 3) {
      await add(ids.carol, 'New meanwhile');
      await world.sql(`insert into track_reposts (user_id, track_id) select '${ids.carol}', id from tracks where creator_id = '${ids.mia}' order by id limit 20 on conflict do nothing`);
    }
  }
  const wanted = (await world.sql(`select id from tracks where not is_explicit and title <> 'New meanwhile'`)).split('\n');
  assert.equal(new Set(seen).size, seen.length, 'none twice');
  assert.deepEqual(seen.toSorted(), wanted.toSorted(), 'and all of them');
  assert.deepEqual(ats, ats.toSorted().reverse());
  const second = await alice.get('/api/v1/feed', { query: { limit: 7, page: 2 } });
  assert.deepEqual(second.body.items.map((item) => item.id), (await feed(alice, 14)).slice(7).map((item) => item.id), 'numbered pages too');
  await world.sql(`update user_settings set explicit_content = true where user_id = '${ids.alice}'`);
});

test('publishing costs the same however many follow, and all of them have it at once', async () => {
  await clean();
  await world.sql(`insert into users (username, email, password_hash) select 'fan' || n, 'fan' || n || '@example.org', 'x' from generate_series(1, 3000) n;
    insert into user_follows (follower_id, followed_id) select id, '${ids.carol}' from users where username like 'fan%'`);
  await follow(alice, ids.carol);
  const rows = await world.sql(`begin; insert into tracks (creator_id, title, file_path, status) values ('${ids.carol}', 'For all', 'x', 'completed');
    select sum(n_tup_ins + n_tup_upd)::int from pg_stat_xact_user_tables; commit`);
  assert.ok(Number(rows.trim().split('\n').at(-1)) < 10, `rows written: ${rows}`);
  assert.deepEqual(await titles(alice), ['For all']);
  const release = await carol.post('/api/v1/releases', { body: { kind: 'single', title: 'Out', licence: 'all_rights_reserved', visibility: 'public' } as never });
  assertStatus(release, 201);
  await until('the release to be told of', async () => (await world.sql(`select count(*) from jobs where kind = 'release.bells' and state = 'done' and payload ->> 'release_id' = '${release.body.id}'`)) === '1', 30);
  assert.equal(await world.sql(`select count(*) from notifications where type = 'release'`), '0', 'nobody\'s bell is on');
  assert.equal((await titles(alice))[0], 'Out');
});

test('a bell belongs to somebody whom one follows; it rings once for a release, in one job, and its mail waits behind others', async () => {
  await clean();
  const bell = { path: { id: ids.dave } };
  assertProblem(await bob.post('/api/v1/users/{id}/bell', bell), 409, 'conflict');
  await follow(bob, ids.dave);
  assertStatus(await bob.post('/api/v1/users/{id}/bell', bell), 200);
  assert.equal((await bob.get('/api/v1/users/{id}', bell)).body.has_bell, true);
  assert.equal((await alice.get('/api/v1/users/{id}', bell)).body.has_bell, false);
  assertProblem(await bob.post('/api/v1/users/{id}/bell', { path: { id: '00000000-0000-4000-8000-000000000000' } }), 404);
  assertProblem(await alice.delete('/api/v1/users/{id}/bell', bell), 404);
  await world.sql(`insert into user_follows (follower_id, followed_id, has_bell) select id, '${ids.dave}', true from users where username like 'fan%' limit 250`);
  await world.sql(`update users set is_verified = true where id = '${ids.bob}'; delete from jobs where kind = 'mail.notifications'; delete from notifications`);
  const release = await dave.post('/api/v1/releases', { body: { kind: 'single', title: 'Rung', licence: 'all_rights_reserved', visibility: 'public' } as never });
  assertStatus(release, 201);
  await until('all bells', async () => (await world.sql(`select count(*) from notifications where type = 'release'`)) === '251', 60);
  assert.equal(await world.sql(`select count(*) from jobs where kind = 'release.bells' and payload ->> 'artist_id' = '${ids.dave}'`), '1');
  const mail = () => world.sql(`select string_agg(distinct priority::text, ',') from jobs where kind = 'mail.notifications' and payload ->> 'user_id' = '${ids.bob}' and state = 'queued'`);
  assert.equal(await mail(), '6');
  await follow(mia, ids.bob);
  await until('something else to be mailed with it, and sooner', async () => (await mail()) === '3', 15);
  assertStatus(await bob.delete('/api/v1/users/{id}/bell', bell), 200);
});
