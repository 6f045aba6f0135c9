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
