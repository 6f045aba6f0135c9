/** What was changed in a track and by whom, changes of several at once, and what others may know of how a track does. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { operations } from '../support/document.ts';
import { png } from '../support/media.ts';
import { playable } from '../support/tracks.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('track-history');
const { visitor } = world, alice = world.as('alice'), carol = world.as('carol'), dave = world.as('dave'), root = world.as('root');
const ids = template.ids;
const track = await playable(carol, { title: 'Draft', visibility: 'private', genre: 'House', cover: png(320, 320) });
const at = { path: { id: track.id } };
const change = async (body: object, client = carol) => assertStatus(await client.put('/api/v1/tracks/{id}', { ...at, body }), 200);
const history = async (client: Client) => {
  const reply = await client.get('/api/v1/tracks/{id}/history', { ...at, query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items.map(({ action, field, old_value, new_value, person }) => [action, field, old_value, new_value, person?.username ?? null]);
};
const add = (creator: 'carol' | 'dave', title: string) => world.sql(`insert into tracks (creator_id, title, status) values ('${ids[creator]}', '${title}', 'completed') returning id`);

test('each change is told with what was before and who made it, the latest first, and only what differs', async () => {
  assert.deepEqual(await history(carol), [['created', null, null, null, 'carol']]);
  await change({ title: 'Draft', genre: 'house', is_public: false });
  assert.equal((await history(carol)).length, 1, 'nothing differs');
  await change({ title: 'Done', tags: ['One', 'Two'], year: 2024 });
  assert.deepEqual(new Set((await history(carol)).slice(0, 3).map(String)), new Set([
    ['updated', 'title', 'Draft', 'Done', 'carol'], ['updated', 'tags', '', 'One, Two', 'carol'], ['updated', 'year', null, '2024', 'carol']].map(String)));
  await change({ visibility: 'public' });
  assert.deepEqual((await history(carol))[0], ['published', 'visibility', 'private', 'public', 'carol']);
  await change({ bpm: 99 }, root);
  assert.deepEqual((await history(carol))[0], ['updated', 'bpm', null, '99', 'root']);
  assertStatus(await carol.delete('/api/v1/tracks/{id}/cover', at), 204);
  assert.equal((await history(carol))[0]![1], 'cover');
});

test('others see that something changed since it was published, and nothing of how it was', async () => {
  for (const client of [visitor, alice]) {
    assert.deepEqual(await history(client), [['updated', 'cover', null, null, null], ['updated', 'bpm', null, null, null], ['published', 'visibility', null, null, null]]);
    const { body } = await client.get('/api/v1/tracks/{id}/history', { ...at, query: { limit: 1 } });
    assert.ok(body.next);
  }
  await change({ visibility: 'private' });
  assertProblem(await alice.get('/api/v1/tracks/{id}/history', at), 404);
  assert.deepEqual((await history(carol))[0], ['unpublished', 'visibility', 'public', 'private', 'carol']);
  await change({ visibility: 'public' });
});

test('several tracks are changed at once, each answers for itself, and those of others stay as they are', async () => {
  const mine = [await add('carol', 'A'), await add('carol', 'B')], theirs = await add('dave', 'C'), none = '00000000-0000-4000-8000-000000000000';
  const reply = await carol.post('/api/v1/tracks/batch/update', { body: { ids: [mine[1]!, theirs, none, mine[0]!], genre: 'techno', tags: ['batch'], visibility: 'unlisted' } });
  assertStatus(reply, 200);
  assert.deepEqual(reply.body.items, [{ id: mine[1], result: 'updated' }, { id: theirs, result: 'missing' }, { id: none, result: 'missing' }, { id: mine[0], result: 'updated' }]);
  assert.equal(await world.sql(`select string_agg(title || ' ' || coalesce(genre, '') || ' ' || visibility, ', ' order by title) from tracks where title in ('A', 'B', 'C')`), 'A Techno unlisted, B Techno unlisted, C  public');
  assert.equal(await world.sql(`select count(*) from outbox where name = 'track.updated' and payload ->> 'track_id' in ('${mine.join("', '")}')`), '2');
  assert.deepEqual(assertProblem(await carol.post('/api/v1/tracks/batch/update', { body: { ids: mine, visibility: 'scheduled' } }), 422, 'validation').errors?.map(({ field }) => field), ['publish_at']);
  assertProblem(await carol.post('/api/v1/tracks/batch/update', { body: { ids: [], genre: 'x' } }), 422, 'validation');
  assertProblem(await carol.post('/api/v1/tracks/batch/update', { body: { ids: mine, title: 'All the same' } as never }), 422, 'validation');
  const gone = await carol.post('/api/v1/tracks/batch/delete', { body: { ids: [...mine, theirs, mine[0]!] } });
  assertStatus(gone, 200);
  assert.deepEqual(gone.body.items.map(({ result }) => result), ['deleted', 'deleted', 'missing', 'deleted']);
  for (const id of mine) assertProblem(await carol.get('/api/v1/tracks/{id}', { path: { id } }), 404);
  assertStatus(await dave.get('/api/v1/tracks/{id}', { path: { id: theirs } }), 200);
  assert.equal(await world.sql(`select count(*) from jobs where dedupe_key in ('track_sweep:${mine.join("', 'track_sweep:")}')`), '2');
});

test('the figures of a track tell others how it is made, and its owner how it does', async () => {
  assertStatus(await alice.post('/api/v1/tracks/{id}/comments', { ...at, body: { content: 'Yes' } }), 201);
  assertStatus(await alice.post('/api/v1/tracks/{id}/like', at), 200);
  const mine = (await carol.get('/api/v1/tracks/{id}/stats', at)).body;
  assert.deepEqual([mine.play_count, mine.like_count, mine.repost_count, mine.comment_count, mine.version], [0, 1, 0, 1, 1]);
  assert.deepEqual([...mine.formats].sort(), ['high', 'lossless', 'low', 'medium'].filter((one) => mine.formats.includes(one)));
  assert.ok(mine.formats.includes('low') && mine.published_at);
  for (const client of [visitor, alice, dave]) {
    const { play_count, like_count, repost_count, ...others } = (await client.get('/api/v1/tracks/{id}/stats', at)).body;
    assert.deepEqual([play_count, like_count, repost_count], [null, null, null]);
    assert.deepEqual(others, Object.fromEntries(Object.entries(mine).filter(([name]) => !['play_count', 'like_count', 'repost_count'].includes(name))));
  }
});

/* Numbers that stand nowhere else. */
const COUNTS = { play_count: 471_147, like_count: 382_914, repost_count: 293_857 };
const values: Record<string, string> = { username: 'carol', size: '300', quality: 'low', segment: 'init.mp4', ip: '127.0.0.1', provider: 'google' };
const idIn = (path: string, playlist: string) => (path.startsWith('/api/v1/tracks/') ? track.id : path.startsWith('/api/v1/playlists/') ? playlist : ids.carol);

test('no reply that a stranger may read tells how often a track was played, liked or reposted', async () => {
  const playlist = await world.sql(`insert into playlists (user_id, name) values ('${ids.carol}', 'Counted') returning id`);
  await world.sql(`insert into playlist_tracks (playlist_id, track_id, position) values ('${playlist}', '${track.id}', 1);
                   insert into track_reposts (track_id, user_id) values ('${track.id}', '${ids.carol}');
                   update tracks set play_count = ${COUNTS.play_count}, like_count = ${COUNTS.like_count}, repost_count = ${COUNTS.repost_count} where id = '${track.id}'`);
  const read: string[] = [];
  for (const { method, path, parameters, 'x-auth': auth, servers } of operations) {
    if (method !== 'GET' || servers || ['admin', 'moderator', 'internal', 'metrics'].includes(auth) || path.includes('oauth')) continue;
    const address = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? idIn(path, playlist));
    const query = parameters.some(({ name, required, in: where }) => name === 'q' && where === 'query' && required) ? '?q=d' : '';
    for (const client of [visitor, alice]) {
      for (const more of parameters.some(({ name }) => name === 'total') ? ['', `${query ? '&' : '?'}total=true&limit=100`] : ['']) {
        const reply = await client.send('GET', address + query + more);
        const text = reply.bytes.toString();
        if (reply.status === 200) read.push(path);
        for (const [name, count] of Object.entries(COUNTS)) {
          assert.ok(!text.includes(String(count)), `${path} tells ${name}`);
          assert.doesNotMatch(text, new RegExp(`"${name}": ?[0-9]`), `${path} has ${name}`);
        }
        if (path === '/api/v1/tracks/{id}/likes') assert.doesNotMatch(text, /"total"/);
      }
    }
  }
  for (const path of ['/api/v1/tracks', '/api/v1/tracks/{id}', '/api/v1/tracks/{id}/stats', '/api/v1/users/{id}', '/api/v1/users/{id}/reposts', '/api/v1/playlists/{id}/tracks']) assert.ok(read.includes(path), path);
  assert.match((await carol.send('GET', `/api/v1/tracks/${track.id}`)).bytes.toString(), new RegExp(String(COUNTS.like_count)), 'its owner knows');
});
