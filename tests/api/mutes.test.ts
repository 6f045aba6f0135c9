/** Mutes: lists that Veza chooses leave out what one muted; it opens by its address, and stays on the pages of its owner; nobody else knows. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('mutes');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol');
const ids = template.ids;
const add = (owner: string, title: string, genre: string, tags: string[] = []) => world.sql(`insert into tracks (creator_id, title, file_path, status, stream_status, genre, tags, duration_ms)
  values ('${owner}', '${title}', 'x', 'completed', 'ready', '${genre}', array[${tags.map((tag) => `'${tag}'`).join()}]::varchar[], 60000) returning id`);
const byCarol = await add(ids.carol, 'By Carol', 'Rock', ['loud']), techno = await add(ids.dave, 'Deep', 'Deep house', ['night']);
const seed = await add(ids.bob, 'Seed', 'Rock', ['night']);
const titlesOf = async (client: Client) => (await client.get('/api/v1/discover/new', { query: { limit: 50 } })).body.items.map((track) => track.title).toSorted();
const mutes = async (client: Client) => (await client.get('/api/v1/users/me/mutes')).body.items;

test('a person, a genre with those below it, a tag and a track are muted and taken back; the list names them', async () => {
  assert.deepEqual(await titlesOf(alice), ['By Carol', 'Deep', 'Seed']);
  const person = { path: { id: ids.carol } }, house = { path: { genre: 'House' } }, night = { path: { tag: 'ＮＩＧＨＴ' } }, track = { path: { id: byCarol } };
  for (let i = 0; i < 2; i++) assert.deepEqual((await alice.post('/api/v1/users/{id}/mute', person)).body, { is_muted: true });
  assert.deepEqual(await titlesOf(alice), ['Deep', 'Seed']);
  assert.equal((await alice.get('/api/v1/users/{id}', person)).body.is_muted, true);
  assert.equal((await bob.get('/api/v1/users/{id}', person)).body.is_muted, false);
  assert.deepEqual((await alice.delete('/api/v1/users/{id}/mute', person)).body, { is_muted: false });
  assert.deepEqual((await alice.post('/api/v1/discover/genre/{genre}/mute', house)).body, { is_muted: true });
  assert.deepEqual(await titlesOf(alice), ['By Carol', 'Seed'], 'deep house is house');
  assertStatus(await alice.delete('/api/v1/discover/genre/{genre}/mute', house), 200);
  assertStatus(await alice.post('/api/v1/discover/tag/{tag}/mute', night), 200);
  assert.deepEqual(await titlesOf(alice), ['By Carol']);
  assertStatus(await alice.delete('/api/v1/discover/tag/{tag}/mute', night), 200);
  assertStatus(await alice.post('/api/v1/tracks/{id}/not-this', track), 200);
  assert.deepEqual(await titlesOf(alice), ['Deep', 'Seed']);
  assertStatus(await alice.delete('/api/v1/tracks/{id}/not-this', track), 200);
  assert.deepEqual(await titlesOf(alice), ['By Carol', 'Deep', 'Seed']);

  assertStatus(await alice.post('/api/v1/tracks/{id}/not-this', track), 200);
  assertStatus(await alice.post('/api/v1/users/{id}/mute', person), 200);
  assertStatus(await alice.post('/api/v1/discover/genre/{genre}/mute', house), 200);
  assertStatus(await alice.post('/api/v1/discover/tag/{tag}/mute', night), 200);
  const list = await mutes(alice);
  assert.deepEqual(list.map((one) => [one.kind, one.person?.username ?? one.label ?? one.track?.title]), [['tag', 'night'], ['genre', 'House'], ['person', 'carol'], ['track', 'By Carol']]);
  assert.deepEqual(await mutes(bob), [], 'only one\'s own');
  assertProblem(await bob.delete('/api/v1/users/me/mutes/{id}', { path: { id: list[0]!.id } }), 404);
  for (const { id } of list) assertStatus(await alice.delete('/api/v1/users/me/mutes/{id}', { path: { id } }), 204);
  assert.deepEqual([await mutes(alice), await titlesOf(alice)], [[], ['By Carol', 'Deep', 'Seed']]);
});

test('recommendations, radio, suggestions, genre and tag pages leave it out; its address, its owner\'s page, search and others do not', async () => {
  const recommended = async (client: Client) => (await client.get('/api/v1/tracks/recommendations', { query: { track_id: seed } })).body.items.map((track) => track.title).toSorted();
  assert.deepEqual(await recommended(alice), ['By Carol', 'Deep']);
  assertStatus(await alice.post('/api/v1/users/{id}/mute', { path: { id: ids.carol } }), 200);
  assert.deepEqual(await recommended(alice), ['Deep']);
  assert.deepEqual((await alice.get('/api/v1/discover/genre/{genre}', { path: { genre: 'rock' } })).body.items.map((track) => track.title), ['Seed']);
  assert.deepEqual((await alice.get('/api/v1/discover/tag/{tag}', { path: { tag: 'loud' } })).body.items, []);
  assert.ok(!(await alice.get('/api/v1/users/suggestions', { query: { limit: 50 } })).body.items.some((person) => person.username === 'carol'));
  assert.ok((await bob.get('/api/v1/users/suggestions', { query: { limit: 50 } })).body.items.some((person) => person.username === 'carol'));
  const { id } = (await alice.post('/api/v1/discover/radio', { body: { track_id: seed } })).body;
  const turn = await alice.post('/api/v1/discover/radio/{id}/next', { path: { id }, body: { count: 20 } });
  assertStatus(turn, 200);
  assert.ok(turn.body.items.length > 0 && !turn.body.items.some((track) => track.creator.username === 'carol'), 'mutes never give way');
  assertStatus(await alice.get('/api/v1/tracks/{id}', { path: { id: byCarol } }), 200);
  assert.equal((await alice.get('/api/v1/tracks', { query: { username: 'carol' } })).body.items.length, 1);
  assert.equal((await alice.get('/api/v1/tracks/search', { query: { q: 'By Carol' } })).body.items.length, 1);
  assert.deepEqual(await titlesOf(bob), ['By Carol', 'Deep', 'Seed']);
  assert.deepEqual(await titlesOf(world.visitor), ['By Carol', 'Deep', 'Seed']);
  assertStatus(await alice.delete('/api/v1/users/{id}/mute', { path: { id: ids.carol } }), 200);
});

test('what one cannot see cannot be muted, nobody mutes themselves, and what is gone can still be taken back', async () => {
  const none = '00000000-0000-4000-8000-000000000000';
  for (const id of [none]) {
    assertProblem(await alice.post('/api/v1/users/{id}/mute', { path: { id } }), 404);
    assertProblem(await alice.delete('/api/v1/users/{id}/mute', { path: { id } }), 404);
    assertProblem(await alice.post('/api/v1/tracks/{id}/not-this', { path: { id } }), 404);
    assertProblem(await alice.delete('/api/v1/tracks/{id}/not-this', { path: { id } }), 404);
  }
  assertProblem(await alice.post('/api/v1/users/{id}/mute', { path: { id: ids.alice } }), 409, 'conflict');
  assertProblem(await alice.post('/api/v1/discover/genre/{genre}/mute', { path: { genre: 'no such genre' } }), 404);
  assertProblem(await alice.delete('/api/v1/discover/genre/{genre}/mute', { path: { genre: 'no such genre' } }), 404);
  assertProblem(await alice.post('/api/v1/discover/tag/{tag}/mute', { path: { tag: 'no such tag' } }), 404);
  assertProblem(await alice.delete('/api/v1/discover/tag/{tag}/mute', { path: { tag: 'no such tag' } }), 404);
  assertStatus(await alice.post('/api/v1/tracks/{id}/not-this', { path: { id: techno } }), 200);
  await world.sql(`update tracks set visibility = 'private' where id = '${techno}'`);
  const [one] = await mutes(alice);
  assert.deepEqual([one!.kind, one!.track], ['track', null], 'its title is not told any more');
  assertProblem(await alice.post('/api/v1/tracks/{id}/not-this', { path: { id: techno } }), 404);
  assertStatus(await alice.delete('/api/v1/tracks/{id}/not-this', { path: { id: techno } }), 200);
  assertProblem(await alice.delete('/api/v1/tracks/{id}/not-this', { path: { id: techno } }), 404);
  assertStatus(await carol.get('/api/v1/users/me/mutes'), 200);
});

test('there is a most of it', async () => {
  await world.sql(`insert into tags (name) select 'word ' || n from generate_series(1, 5000) n; insert into user_mutes (user_id, tag_id) select '${ids.bob}', id from tags where name like 'word %'`);
  assertProblem(await bob.post('/api/v1/users/{id}/mute', { path: { id: ids.carol } }), 409, 'conflict');
  assertProblem(await bob.post('/api/v1/tracks/{id}/not-this', { path: { id: byCarol } }), 409, 'conflict');
  assertProblem(await bob.post('/api/v1/discover/genre/{genre}/mute', { path: { genre: 'rock' } }), 409, 'conflict');
  assertProblem(await bob.post('/api/v1/discover/tag/{tag}/mute', { path: { tag: 'loud' } }), 409, 'conflict');
});

test('every list that Veza chooses leaves out who is muted or blocked, and a muted genre, tag or track; taking it back brings it again', async () => {
  const dave = ids.dave!, mine = { method: 'GET' as const, names: (body: unknown) => JSON.stringify(body) };
  await world.sql(`delete from user_mutes; delete from user_blocks; delete from tracks; insert into user_follows (follower_id, followed_id) values ('${ids.alice}', '${dave}') on conflict do nothing`);
  const first = await add(ids.bob, 'Begin', 'Techno', ['odd']), last = await add(ids.mia, 'End', 'Techno', ['odd']);
  const track = await add(dave, 'Wanted One', 'Techno', ['odd']);
  await world.sql(`update users set role = 'content_creator' where id = '${dave}';
    insert into releases (user_id, title, slug, kind, visibility) values ('${dave}', 'Wanted Album', 'wanted-album', 'album', 'public');
    insert into playlists (user_id, name, visibility, is_editorial, editorial_at) values ('${dave}', 'Wanted List', 'public', true, now());
    insert into playlist_tracks (playlist_id, track_id, position, added_by) select id, '${first}', 1000, '${dave}' from playlists where name = 'Wanted List';
    insert into rising_tracks (track_id, place, genre) values ('${track}', 1, 'Techno');
    insert into track_reposts (user_id, track_id) values ('${dave}', '${last}')`);
  const { id: radio } = (await alice.post('/api/v1/discover/radio', { body: { track_id: first } })).body;
  const { password } = (await alice.post('/api/v1/app-passwords', { body: { name: 'Walk' } })).body;
  const rest = `u=alice&p=${password}&v=1.16.1&c=walk&f=json`;
  /* Address, what it tells of dave, and whether it is about tracks (genre, tag and track count there) or about the person only. */
  const walk: [string, 'track' | 'person', string][] = [
    ['/api/v1/feed', 'track', 'Wanted One'], ['/api/v1/feed', 'person', 'Wanted Album'],
    ['/api/v1/tracks?unmuted=true', 'track', 'Wanted One'], ['/api/v1/releases?unmuted=true', 'person', 'Wanted Album'],
    ['/api/v1/discover/new', 'track', 'Wanted One'], ['/api/v1/discover/rising', 'track', 'Wanted One'],
    ['/api/v1/discover/genre/techno', 'track', 'Wanted One'], ['/api/v1/discover/tag/odd', 'track', 'Wanted One'],
    ['/api/v1/discover/playlists/editorial', 'person', 'Wanted List'], [`/api/v1/tracks/recommendations?track_id=${first}`, 'track', 'Wanted One'],
    [`/rest/getRandomSongs?size=500&${rest}`, 'track', 'Wanted One'], [`/rest/getSimilarSongs2?id=tr-${first}&count=50&${rest}`, 'track', 'Wanted One'],
  ];
  const has = async ([target, , name]: (typeof walk)[number]) => {
    const reply = await alice.send<unknown>('GET', target);
    assertStatus(reply, 200);
    return mine.names(reply.body).includes(name);
  };
  const radioHas = async () => {
    const reply = await alice.post('/api/v1/discover/radio/{id}/next', { path: { id: radio }, body: { count: 20 } });
    assertStatus(reply, 200);
    return reply.body.items.some(({ title }) => title === 'Wanted One');
  };
  const expect = async (about: 'track' | 'person' | 'nothing', why: string) => {
    for (const row of walk) assert.equal(await has(row), about === 'nothing' || (about === 'track' && row[1] === 'person'), `${row[0]} ${row[2]}, ${why}`);
    if (about !== 'nothing') assert.equal(await radioHas(), false, `radio, ${why}`);
  };
  await expect('nothing', 'nothing is muted');
  assertStatus(await alice.post('/api/v1/users/{id}/mute', { path: { id: dave } }), 200);
  await expect('person', 'the person is muted');
  assertStatus(await alice.delete('/api/v1/users/{id}/mute', { path: { id: dave } }), 200);
  assertStatus(await alice.post('/api/v1/tracks/{id}/not-this', { path: { id: track } }), 200);
  await expect('track', 'not this track');
  assertStatus(await alice.delete('/api/v1/tracks/{id}/not-this', { path: { id: track } }), 200);
  assertStatus(await alice.post('/api/v1/discover/tag/{tag}/mute', { path: { tag: 'odd' } }), 200);
  await expect('track', 'the tag is muted');
  assertStatus(await alice.delete('/api/v1/discover/tag/{tag}/mute', { path: { tag: 'odd' } }), 200);
  assertStatus(await alice.post('/api/v1/discover/genre/{genre}/mute', { path: { genre: 'electronic' } }), 200);
  await expect('track', 'the genre above is muted');
  assertStatus(await alice.delete('/api/v1/discover/genre/{genre}/mute', { path: { genre: 'electronic' } }), 200);
  await expect('nothing', 'all is taken back');
  await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids.alice}', '${dave}')`);
  await expect('person', 'alice blocked dave');
  await world.sql(`delete from user_blocks; insert into user_blocks (blocker_id, blocked_id) values ('${dave}', '${ids.alice}')`);
  await expect('person', 'dave blocked alice');
  await world.sql('delete from user_blocks');
  await expect('nothing', 'nobody blocks anybody');
});
