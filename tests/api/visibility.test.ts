/** Who finds a track, who may open it, and when: public, unlisted, private and scheduled ones, on every list. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { operations } from '../support/document.ts';
import { png } from '../support/media.ts';
import { finished, playable, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('visibility');
const { visitor } = world, alice = world.as('alice'), carol = world.as('carol'), dave = world.as('dave');
const ids = template.ids;
const HOUR = 3_600_000;
const later = (ms: number) => new Date(Date.now() + ms).toISOString();

const add = (title: string, more: Record<string, string> = {}) => {
  const columns: Record<string, string> = { creator_id: ids.carol, title, genre: 'Drone', tags: '{hidden}', status: 'completed', ...more };
  return world.sql(`insert into tracks (${Object.keys(columns).join(', ')}) values (${Object.values(columns).map((value) => `'${value}'`).join(', ')}) returning id`);
};
const open = await add('Seen by all');
const explicit = await add('Seen with a warning', { is_explicit: 'true' });
const unlisted = await add('Seen by link', { visibility: 'unlisted' });
const secret = await add('Seen by nobody', { visibility: 'private' });
const scheduled = await add('Seen tomorrow', { visibility: 'scheduled', publish_at: later(24 * HOUR), publish_zone: 'Europe/Paris' });
const everything = { open, explicit, unlisted, secret, scheduled };
const release = await world.sql(`insert into releases (user_id, slug, title, kind, visibility) values ('${ids.carol}', 'all-of-hers', 'All of hers', 'album', 'public') returning id`);
await world.sql(`insert into release_tracks (release_id, track_id, position) select '${release}', id, row_number() over (order by id) from tracks where title like 'Seen %'`);
/* Dave has them all in his own lists: he had each when it was public. */
const playlist = await world.sql(`insert into playlists (user_id, name) values ('${ids.dave}', 'All of it') returning id`);
const end = await world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${ids.dave}', 'End', 'completed', 'public') returning id`);
await world.sql(`insert into track_analysis (track_id, method, bpm, bpm_confidence, bpm_is_sure, onsets_per_s, key_confidence, key_is_sure, timbre_mean, timbre_deviation)
  select id, 1, 100 + (row_number() over (order by id))::int, 1, true, 2, 1, false, array(select (row_number() over (order by id) / (10.0 + i))::real from generate_series(1, 13) i), array_fill(1::real, array[13]) from tracks where title like 'Seen %' on conflict do nothing`);
await world.sql(`insert into track_analysis (track_id, method, bpm, bpm_confidence, bpm_is_sure, onsets_per_s, key_confidence, key_is_sure, timbre_mean, timbre_deviation)
  select id, 1, 100 + (row_number() over (order by id))::int, 1, true, 2, 1, false, array(select (row_number() over (order by id) / (10.0 + i))::real from generate_series(1, 13) i), array_fill(1::real, array[13]) from tracks where title = 'End' on conflict do nothing`);
const TOKEN = 'L'.repeat(43); /* opens his playlist */
await world.sql(`
  insert into playlist_share_links (playlist_id, user_id, token_hash) values ('${playlist}', '${ids.dave}', encode(sha256('${TOKEN}'), 'hex'));
  insert into track_likes (track_id, user_id) select id, '${ids.dave}' from tracks where title like 'Seen %';
  insert into track_reposts (track_id, user_id) select id, '${ids.dave}' from tracks where title like 'Seen %';
  insert into track_comments (track_id, user_id, content) select id, '${ids.dave}', 'On ' || title from tracks where title like 'Seen %';
  insert into playlist_tracks (playlist_id, track_id, position) select '${playlist}', id, row_number() over (order by id) from tracks where title like 'Seen %'`);

const lists = operations.filter(({ method, parameters, 'x-auth': auth }) =>
  method === 'GET' && auth !== 'admin' && auth !== 'moderator' && parameters.some(({ name }) => name === 'cursor'));
const idFor = (path: string) => (path.startsWith('/api/v1/tracks/') ? open : path.startsWith('/api/v1/playlists/') ? playlist : path.startsWith('/api/v1/releases/') ? release : ids.dave);

/** The whole first page of every list that this person may read, as one text for each. */
async function allLists(client: Client): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for (const { path, parameters } of lists) {
    const query: Record<string, unknown> = { limit: 100, ...(parameters.some(({ name, required }) => name === 'q' && required) && { q: 'seen' }), ...(path === '/api/v1/discover/path' && { from: open, to: end }) };
    const more = parameters.some(({ name }) => name === 'q') ? [{ ...query, q: 'seen' }] : [];
    for (const one of [query, ...more]) {
      const reply = await client.get(path as '/api/v1/tracks', { query: one, path: { id: idFor(path), token: TOKEN } } as never);
      if (reply.status === 200) found.push([`${path} ${JSON.stringify(one)}`, reply.bytes.toString()]);
      else assert.ok([401, 404].includes(reply.status), `${path}: ${reply.status}`);
    }
  }
  return found;
}
const namesIn = (text: string) => Object.entries(everything).filter(([, id]) => text.includes(id)).map(([name]) => name);
/** The lists in which each is found. */
const foundIn = (replies: [string, string][], name: keyof typeof everything) => replies.filter(([, text]) => namesIn(text).includes(name)).map(([list]) => list.split(' ')[0]);

test('what is not public is in no list of others, whoever asks', async () => {
  for (const client of [visitor, alice, world.as('mia')]) {
    const replies = await allLists(client);
    for (const [list, text] of replies) {
      const shown = namesIn(text).filter((name) => name !== 'open' && name !== 'explicit');
      assert.deepEqual(shown, [], list);
      assert.doesNotMatch(text, /Seen (by link|by nobody|tomorrow)/, list);
    }
    for (const path of ['/api/v1/tracks', '/api/v1/users/{id}/likes', '/api/v1/users/{id}/reposts', '/api/v1/playlists/{id}/tracks'])
      if (client !== visitor || path === '/api/v1/tracks') assert.ok(foundIn(replies, 'open').includes(path), `the public one is in ${path}`);
  }
});

test('it is in no count, no genre and no search', async () => {
  for (const client of [visitor, alice]) {
    const user = await client.get('/api/v1/users/{id}', { path: { id: ids.carol } });
    assert.equal(user.body.track_count, 2);
    const genres = await client.get('/api/v1/genres', {});
    assert.equal(genres.body.items.find(({ name }) => name === 'Drone')?.track_count, 2);
    for (const query of [{ tag: 'hidden' }, { genre: 'Drone' }, { username: 'carol' }, { creator_id: ids.carol }, { q: 'seen' }])
      assert.equal((await client.get('/api/v1/tracks', { query: { ...query, total: true } })).body.total, 2, JSON.stringify(query));
    const list = (await client.get('/api/v1/playlists/{id}', { path: { id: playlist } })).body;
    assert.deepEqual(list.covers.map(({ id }) => id).sort(), [open, explicit].sort());
  }
});

test('an unlisted track opens by its link for everybody, with all that belongs to it', async () => {
  const track = await playable(carol, { title: 'By link', visibility: 'unlisted', cover: png(640, 640) });
  assert.deepEqual([track.visibility, track.is_public], ['unlisted', false]);
  for (const client of [visitor, alice]) {
    for (const part of ['', '/status', '/waveform', '/cover/600', '/hls/info', '/hls/master.m3u8', '/comments']) assertStatus(await client.send('GET', `/api/v1/tracks/${track.id}${part}`), 200, part);
    assertStatus(await world.streamVisitor.send('GET', `/hls/${track.id}/master.m3u8`, { as: client.credentials }), 200);
  }
  assertStatus(await alice.post('/api/v1/tracks/{id}/like', { path: { id: track.id } }), 200);
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { visibility: 'private' } }), 200);
  await until('the stream server to forget it', async () => (await world.streamVisitor.send('GET', `/hls/${track.id}/master.m3u8`)).status === 404, 2);
  for (const client of [visitor, alice]) assertProblem(await client.get('/api/v1/tracks/{id}', { path: { id: track.id } }), 404, 'not_found');
});

test('one\'s own lists keep what one has the link of, and the creator sees everything', async () => {
  const items = async (client: Client) => (await client.get('/api/v1/playlists/{id}/tracks', { path: { id: playlist }, query: { limit: 100 } })).body.items.map(({ track_id }) => track_id);
  assert.deepEqual(new Set(await items(dave)), new Set([open, explicit, unlisted, null]));
  assert.deepEqual(new Set(await items(alice)), new Set([open, explicit, null]));
  assert.equal((await items(alice)).length, 5, 'each keeps its place');
  const likes = async (client: Client) => (await client.get('/api/v1/users/{id}/likes', { path: { id: ids.dave } })).body.items.map(({ id }) => id).sort();
  assert.deepEqual(await likes(dave), [open, explicit, unlisted].sort());
  assert.deepEqual(await likes(carol), Object.values(everything).sort());
  assert.deepEqual((await carol.get('/api/v1/tracks', { query: { mine: true, q: 'seen' } })).body.items.map(({ id }) => id).sort(), Object.values(everything).sort());
  await world.sql(`insert into playlist_collaborators (playlist_id, user_id, permission) values ('${playlist}', '${ids.alice}', 'write')`);
  assert.deepEqual(new Set(await items(alice)), new Set([open, explicit, unlisted, null]), 'whoever works on the list too');
  await world.sql('delete from playlist_collaborators');
});

test('what somebody listens to shows to others only when it is in lists', async () => {
  const hears = async (client: Client) => (await client.get('/api/v1/users/{id}/presence', { path: { id: ids.dave } })).body.track_id;
  for (const [track, others] of [[open, open], [unlisted, null]] as const) {
    assertStatus(await dave.put('/api/v1/users/me/presence', { body: { status: 'online', track_id: track } }), 200);
    assert.equal(await hears(dave), track);
    assert.equal(await hears(alice), others);
  }
});

test('explicit tracks are left out of all lists of whoever does not want them, but not their own, and open by their link', async () => {
  const want = (person: Person, explicit_content: boolean) => world.as(person).put('/api/v1/users/settings', { body: { explicit_content } });
  try {
    for (const person of ['alice', 'carol', 'dave'] as const) assertStatus(await want(person, false), 200);
    const replies = await allLists(alice);
    assert.deepEqual(foundIn(replies, 'explicit'), []);
    assert.ok(foundIn(replies, 'open').length > 4);
    assert.equal((await alice.get('/api/v1/tracks', { query: { genre: 'Drone', total: true } })).body.total, 1);
    assertStatus(await alice.get('/api/v1/tracks/{id}', { path: { id: explicit } }), 200);
    assert.ok(foundIn(await allLists(carol), 'explicit').includes('/api/v1/tracks'), 'her own');
    assert.ok(foundIn(await allLists(dave), 'explicit').includes('/api/v1/playlists/{id}/tracks'), 'in his own list');
    assert.ok(foundIn(await allLists(visitor), 'explicit').includes('/api/v1/tracks'), 'visitors see them, marked');
  } finally {
    for (const person of ['alice', 'carol', 'dave'] as const) await want(person, true);
  }
});

test('a scheduled track is public from its time on, at once and everywhere, and never before', async () => {
  const track = await playable(carol, { title: 'Premiere', visibility: 'scheduled', publish_at: later(HOUR), publish_zone: 'America/Cayenne' });
  assert.deepEqual([track.visibility, track.is_public, track.publish_zone], ['scheduled', false, 'America/Cayenne']);
  const listed = async (client: Client) => (await client.get('/api/v1/tracks', { query: { q: 'Premiere' } })).body.items.length === 1;
  const counted = async () => (await visitor.get('/api/v1/users/{id}', { path: { id: ids.carol } })).body.track_count;
  const heard = async () => (await world.streamVisitor.send('GET', `/hls/${track.id}/master.m3u8`)).status === 200;
  const got = async (client: Client) => (await client.get('/api/v1/tracks/{id}', { path: { id: track.id } })).status === 200;
  const before = await counted();
  const { body } = await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { publish_at: later(6000) } });
  const at = Date.parse(body.publish_at!);
  assert.ok(at % 5000 === 0 && at - Date.now() < 11_100, body.publish_at!);
  const questions = { 'a visitor\'s list': () => listed(visitor), 'a list': () => listed(alice), 'a visitor\'s page': () => got(visitor), 'a page': () => got(alice), 'the stream': heard, 'the count': async () => (await counted()) === before + 1 };
  await Promise.all(Object.entries(questions).map(async ([name, ask]) => {
    for (;;) {
      const asked = Date.now(), yes = await ask(), answered = Date.now();
      if (yes) assert.ok(answered >= at, `${name}: ${at - answered} ms too early`);
      else assert.ok(asked < at, `${name}: still not ${asked - at} ms after`);
      if (yes) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }));
  const seen = (await visitor.get('/api/v1/tracks/{id}', { path: { id: track.id } })).body;
  assert.deepEqual([seen.visibility, seen.is_public, Date.parse(seen.publish_at!)], ['public', true, at]);
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { visibility: 'scheduled', publish_at: later(HOUR) } }), 200);
  assert.equal(await listed(visitor), false, 'it moves when it is edited');
  assert.equal(await got(alice), false);
  await until('the stream server to forget it', async () => !(await heard()), 2);
});

test('what is said of the visibility is checked, and what is left out stays', async () => {
  const refused = async (body: object, field: string) => assert.deepEqual(assertProblem(await carol.put('/api/v1/tracks/{id}', { path: { id: open }, body }), 422, 'validation').errors?.map((error) => error.field), [field]);
  await refused({ visibility: 'scheduled' }, 'publish_at');
  await refused({ visibility: 'scheduled', publish_at: null }, 'publish_at');
  await refused({ visibility: 'scheduled', publish_at: later(HOUR), publish_zone: 'Mars/Olympus' }, 'publish_zone');
  await refused({ visibility: 'friends' }, 'visibility');
  assert.deepEqual(assertProblem(await upload(carol, { visibility: 'scheduled' }), 422, 'validation').errors?.map((error) => error.field), ['publish_at']);
  const say = async (body: object) => {
    const reply = await carol.put('/api/v1/tracks/{id}', { path: { id: open }, body });
    assertStatus(reply, 200);
    return [reply.body.visibility, reply.body.is_public, reply.body.publish_at && Date.parse(reply.body.publish_at), reply.body.publish_zone];
  };
  const at = Math.ceil((Date.now() + HOUR) / 5000) * 5000;
  assert.deepEqual(await say({ visibility: 'scheduled', publish_at: new Date(at).toISOString(), publish_zone: 'Asia/Tokyo' }), ['scheduled', false, at, 'Asia/Tokyo']);
  assert.deepEqual(await say({ title: 'Seen by all' }), ['scheduled', false, at, 'Asia/Tokyo']);
  assert.deepEqual(await say({ is_public: false }), ['scheduled', false, at, 'Asia/Tokyo'], 'that is how it is');
  assert.deepEqual(await say({ publish_at: new Date(at + 1).toISOString() }), ['scheduled', false, at + 5000, 'Asia/Tokyo']);
  assert.deepEqual(await say({ is_public: true }), ['public', true, null, null]);
  assert.deepEqual(await say({ visibility: 'unlisted', is_public: true }), ['unlisted', false, null, null]);
  assert.deepEqual(await say({ is_public: false }), ['unlisted', false, null, null]);
  assert.deepEqual(await say({ visibility: 'public' }), ['public', true, null, null]);
  assert.deepEqual(await say({ is_public: false }), ['private', false, null, null]);
  assert.deepEqual(await say({ is_public: true, publish_at: later(HOUR) }), ['public', true, null, null]);
});

test('is_public of an upload still says public or private', async () => {
  for (const [fields, visibility] of [[{}, 'public'], [{ is_public: 'true' }, 'public'], [{ is_public: 'false' }, 'private'], [{ is_public: 'false', visibility: 'unlisted' }, 'unlisted']] as const) {
    const { body } = await upload(carol, fields);
    assert.equal(body.visibility, visibility);
    await finished(carol, body.id);
  }
});
