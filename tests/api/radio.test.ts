/** Radio and ways between tracks: no repetition while there is anything else, rules that give way in their order and say so, and rights that never do. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('radio');
const alice = world.as('alice'), bob = world.as('bob');
const ids = template.ids;
const clean = () => world.sql(`delete from radios; delete from tracks; delete from user_mutes; delete from user_blocks; delete from users where username like 'maker%'`);
/** Tracks of so many artists, measured: their timbre goes on and on, so the nearer the number the more alike. */
async function catalogue(tracks: number, artists: number): Promise<string[]> {
  await clean();
  await world.sql(`insert into users (username, email, password_hash) select 'maker' || n, 'maker' || n || '@example.org', 'x' from generate_series(0, ${artists - 1}) n;
    insert into tracks (creator_id, title, file_path, status, stream_status, duration_ms, genre)
    select u.id, 'T' || lpad(n::text, 5, '0'), 'x', 'completed', 'ready', 180000, 'Rock' from generate_series(0, ${tracks - 1}) n join users u on u.username = 'maker' || n % ${artists};
    insert into track_analysis (track_id, method, bpm, bpm_confidence, bpm_is_sure, onsets_per_s, key_confidence, key_is_sure, timbre_mean, timbre_deviation)
    select id, 1, 80 + substr(title, 2)::int % 100, 1, true, 2, 0, false, array[90, substr(title, 2)::int, 3, 1]::real[], array[5, 4, 4, 4]::real[] from tracks`);
  return (await world.sql('select id from tracks order by title')).split('\n');
}
const start = async (client: Client, track_id: string) => {
  const reply = await client.post('/api/v1/discover/radio', { body: { track_id } });
  assertStatus(reply, 201);
  return reply.body.id;
};
const next = async (client: Client, id: string, count = 20) => {
  const reply = await client.post('/api/v1/discover/radio/{id}/next', { path: { id }, body: { count } });
  assertStatus(reply, 200);
  return reply.body;
};

test('of 3,000 tracks it plays 600, thirty hours, without any twice, and none of the last five artists; what is alike comes first', async () => {
  const tracks = await catalogue(3000, 300), id = await start(alice, tracks[1500]!);
  const played: { id: string; artist: string }[] = [];
  for (let turn = 0; turn < 30; turn++) {
    const { items, relaxed } = await next(alice, id);
    assert.deepEqual([items.length, relaxed], [20, []]);
    if (turn === 0) {
      assert.ok(items.every((track) => Math.abs(Number(track.title.slice(1)) - 1500) < 150), items.map((track) => track.title).join());
      assert.ok(items.every((track) => track.reason === 'sounds_alike' && track.gave_way === null));
    }
    played.push(...items.map((track) => ({ id: track.id, artist: track.creator.id })));
  }
  assert.equal(new Set(played.map((one) => one.id)).size, 600);
  played.forEach((one, n) => assert.ok(!played.slice(Math.max(0, n - 5), n).some((before) => before.artist === one.artist), `${n}`));
  assert.ok(!played.some((one) => one.id === tracks[1500]));
  const list = await alice.get('/api/v1/discover/radio/{id}/tracks', { path: { id }, query: { limit: 3 } });
  assert.deepEqual(list.body.items.map((track) => [track.id, track.place]), [played[599]!.id, played[598]!.id, played[597]!.id].map((one, n) => [one, 600 - n]));
});

test('of 30 tracks by three artists the spacing gives way first, all are heard, then they come again, the one of longest ago first', async () => {
  const tracks = await catalogue(30, 3), id = await start(alice, tracks[0]!);
  const first = await next(alice, id, 20), second = await next(alice, id, 9), third = await next(alice, id, 5);
  const heard = [...first.items, ...second.items].map((track) => track.id);
  assert.equal(new Set(heard).size, 29);
  assert.deepEqual([first.relaxed, third.relaxed], [['artist_spacing'], ['repeats']]);
  assert.deepEqual(third.items.map((track) => track.id), [tracks[0], ...heard.slice(0, 4)]);
  assert.ok(third.items.every((track) => track.gave_way === 'repeats'));
});

test('of 3 tracks it goes on for ever; of one nobody else it plays that one; what is blocked, muted, private or explicit never comes, and rather nothing', async () => {
  const [a, b, c] = await catalogue(3, 3), id = await start(alice, a!);
  const { items, relaxed } = await next(alice, id, 7);
  assert.deepEqual(items.map((track) => track.id).slice(0, 3).toSorted(), [a, b, c].toSorted(), 'all before any comes again');
  assert.deepEqual([items.length, relaxed], [7, ['repeats']]);
  const maker = async (n: number) => world.sql(`select id from users where username = 'maker${n}'`);
  const only = async (...wanted: string[]) => assert.deepEqual([...new Set((await next(alice, id, 10)).items.map((track) => track.id))].toSorted(), wanted.toSorted());
  assertStatus(await alice.post('/api/v1/tracks/{id}/not-this', { path: { id: b! } }), 200);
  await only(a!, c!);
  assertStatus(await alice.post('/api/v1/users/{id}/block', { path: { id: await maker(2) } }), 204);
  await only(a!);
  await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${await maker(0)}', '${ids.alice}')`);
  assert.deepEqual(await next(alice, id, 10), { radio_id: id, items: [], relaxed: [] });
  await world.sql('delete from user_blocks; delete from user_mutes');
  await world.sql(`update tracks set visibility = 'private' where id = '${a}'; update tracks set visibility = 'unlisted' where id = '${b}'`);
  await only(c!);
  await world.sql(`update tracks set visibility = 'public', is_explicit = true; insert into user_settings (user_id, explicit_content) values ('${ids.alice}', false) on conflict (user_id) do update set explicit_content = false`);
  await only();
  assert.deepEqual((await alice.get('/api/v1/discover/radio/{id}/tracks', { path: { id } })).body.items, [], 'also of what it chose before');
  await world.sql(`update user_settings set explicit_content = true where user_id = '${ids.alice}'`);
});

test('a radio is its person\'s; one has five; it begins with a track that one may see and that is ready', async () => {
  const [track, other] = await catalogue(3, 3), id = await start(alice, track!);
  assertProblem(await bob.post('/api/v1/discover/radio/{id}/next', { path: { id }, body: {} }), 404);
  assertProblem(await bob.get('/api/v1/discover/radio/{id}/tracks', { path: { id } }), 404);
  assertProblem(await bob.delete('/api/v1/discover/radio/{id}', { path: { id } }), 404);
  await world.sql(`update tracks set visibility = 'private' where id = '${other}'`);
  assertProblem(await bob.post('/api/v1/discover/radio', { body: { track_id: other! } }), 404);
  await world.sql(`update tracks set status = 'processing', visibility = 'public', creator_id = '${ids.bob}' where id = '${other}'`);
  assertProblem(await bob.post('/api/v1/discover/radio', { body: { track_id: other! } }), 409, 'conflict');
  for (let i = 0; i < 6; i++) await start(alice, track!);
  assert.equal(await world.sql(`select count(*) from radios where user_id = '${ids.alice}'`), '5');
  const last = await start(alice, track!);
  assertStatus(await alice.delete('/api/v1/discover/radio/{id}', { path: { id: last } }), 204);
  assertProblem(await alice.get('/api/v1/discover/radio/{id}/tracks', { path: { id: last } }), 404);
});

test('a way from one track to another goes by how they sound, of nobody more than two; what is hidden is not on it', async () => {
  const tracks = await catalogue(100, 20), path = async (length: number, client = alice) => {
    const reply = await client.get('/api/v1/discover/path', { query: { from: tracks[10]!, to: tracks[90]!, length } });
    assertStatus(reply, 200);
    return reply.body.items;
  };
  await world.sql('update track_analysis set bpm_is_sure = false');
  const way = await path(9), numbers = way.map((track) => Number(track.title.slice(1)));
  assert.deepEqual([numbers[0], numbers.at(-1), numbers.length], [10, 90, 9]);
  assert.deepEqual(numbers, numbers.toSorted((x, y) => x - y), 'it goes on in one direction');
  numbers.slice(1, -1).forEach((number, n) => assert.ok(Math.abs(number - (20 + 10 * n)) <= 6, `${numbers}`));
  const makers = way.map((track) => track.creator.id);
  for (const maker of makers) assert.ok(makers.filter((one) => one === maker).length <= 2);
  await world.sql(`update tracks set visibility = 'private' where id = '${way[4]!.id}'`);
  assertStatus(await alice.post('/api/v1/tracks/{id}/not-this', { path: { id: way[3]!.id } }), 200);
  const other = (await path(9)).map((track) => track.id);
  assert.ok(!other.includes(way[4]!.id) && !other.includes(way[3]!.id));
  const ask = (from: string, to: string) => alice.get('/api/v1/discover/path', { query: { from, to } });
  assertProblem(await ask(tracks[1]!, tracks[1]!), 409, 'conflict');
  assertProblem(await ask(tracks[1]!, way[4]!.id), 404);
  await world.sql(`delete from track_analysis where track_id = '${tracks[2]}'`);
  assertProblem(await ask(tracks[1]!, tracks[2]!), 409, 'conflict');
});

test('what only sounds alike is recommended too, and says so', async () => {
  const tracks = await catalogue(60, 30);
  await world.sql(`update tracks set genre = null`);
  const { items } = (await alice.get('/api/v1/tracks/recommendations', { query: { track_id: tracks[30]!, limit: 20 } })).body;
  assert.ok(items.length === 20 && items.every((track) => track.reason === 'sounds_alike' && track.because?.id === tracks[30]));
  const makers = items.map((track) => track.creator.id);
  for (const maker of makers) assert.ok(makers.filter((one) => one === maker).length <= 2);
});
