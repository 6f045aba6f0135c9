/** Likes: who may, what is counted, who is told, and who may know how many there are. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('likes');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;
const track = await playable(carol, { title: 'Tides' });
const at = { path: { id: track.id } };
const user = (person: Person) => ({ path: { id: ids[person] } });

const like = async (client: Client, path = at) => {
  const reply = await client.post('/api/v1/tracks/{id}/like', path);
  assertStatus(reply, 200);
  return reply.body;
};
const unlike = async (client: Client, path = at) => {
  const reply = await client.delete('/api/v1/tracks/{id}/like', path);
  assertStatus(reply, 200);
  return reply.body;
};
const seenBy = async (client: Client) => {
  const reply = await client.get('/api/v1/tracks/{id}', at);
  assertStatus(reply, 200);
  return reply.body;
};
const likers = async (client: Client, query = {}) => {
  const reply = await client.get('/api/v1/tracks/{id}/likes', { ...at, query });
  assertStatus(reply, 200);
  return reply.body.items.map((one) => one.person.username);
};
const counts = () => world.sql(`select t.like_count || ' ' || (select count(*) from track_likes l where l.track_id = t.id) from tracks t where t.id = '${track.id}'`);
const told = async (type: string) => (await carol.get('/api/v1/notifications', { query: { type } })).body.items;
/** All events so far are through, so what has not come will not come. */
const settled = () => until('the events to be delivered', async () => (await world.sql('select count(*) from bus_waiting')) === '0');

test('liking and taking it back are counted once each, however often they are asked for', async () => {
  assert.deepEqual(await like(alice), { track_id: track.id, is_liked: true });
  assert.deepEqual(await like(alice), { track_id: track.id, is_liked: true });
  assert.equal(await counts(), '1 1');
  assert.equal((await seenBy(alice)).is_liked, true);
  assert.equal((await seenBy(bob)).is_liked, false);
  assert.equal((await seenBy(world.visitor)).is_liked, false);
  assert.deepEqual(await unlike(alice), { track_id: track.id, is_liked: false });
  assert.deepEqual(await unlike(alice), { track_id: track.id, is_liked: false });
  assert.equal(await counts(), '0 0');
  assert.equal((await seenBy(alice)).is_liked, false);
  assert.equal(await world.sql(`select string_agg(name, ' ' order by id) from outbox where name like 'track.%liked'`), 'track.liked track.unliked');
});

test('a hundred likes and unlikes at once leave the counter equal to the rows', async () => {
  const people = [alice, bob, dave, mia, root];
  await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 3 === 2 ? unlike : like)(people[i % people.length]!)));
  const [count, rows] = (await counts()).split(' ');
  assert.equal(count, rows);
  for (const one of people) await like(one);
  assert.equal(await counts(), '5 5');
  for (const one of people) await unlike(one);
  assert.equal(await counts(), '0 0');
});

test('only the owner knows how many likes a track has', async () => {
  await like(alice);
  await like(bob);
  assert.equal((await seenBy(carol)).like_count, 2);
  for (const one of [alice, dave, root, world.visitor]) assert.equal((await seenBy(one)).like_count, null);
  for (const query of [{}, { page: 1 }, { total: true }]) {
    const reply = await alice.get('/api/v1/tracks/{id}/likes', { ...at, query });
    assertStatus(reply, 200);
    assert.ok(!('total' in reply.body), 'no total');
  }
});

test('the people who like a track are listed, newest first, page by page', async () => {
  assert.deepEqual(await likers(dave), ['bob', 'alice']);
  const first = await dave.get('/api/v1/tracks/{id}/likes', { ...at, query: { limit: 1 } });
  assertStatus(first, 200);
  const second = await dave.get('/api/v1/tracks/{id}/likes', { ...at, query: { limit: 1, cursor: first.body.next ?? '' } });
  assertStatus(second, 200);
  assert.deepEqual([first, second].map((page) => page.body.items.map((one) => one.person.username)), [['bob'], ['alice']]);
});

test('who does not show their activity, or has blocked the reader, is not in the list of likers', async () => {
  assertStatus(await bob.put('/api/v1/users/settings', { body: { show_activity: false } }), 200);
  assert.deepEqual(await likers(dave), ['alice']);
  assert.deepEqual(await likers(bob), ['bob', 'alice'], 'but for themselves');
  assertStatus(await bob.put('/api/v1/users/settings', { body: { show_activity: true } }), 200);
  assertStatus(await alice.post('/api/v1/users/{id}/block', user('dave')), 204);
  assert.deepEqual(await likers(dave), ['bob']);
  assertStatus(await alice.delete('/api/v1/users/{id}/block', user('dave')), 204);
});

test('liked tracks are listed, the latest first', async () => {
  const reply = await alice.get('/api/v1/users/{id}/likes', user('alice'));
  assertStatus(reply, 200);
  assert.deepEqual(reply.body.items.map((one) => [one.id, one.is_liked]), [[track.id, true]]);
});

test('a private track, one that is not there and one of somebody who blocked the person cannot be liked, nor their likers be read', async () => {
  const hidden = await playable(carol, { title: 'Draft', is_public: 'false' });
  for (const id of [hidden.id, '00000000-0000-4000-8000-000000000000']) {
    assertProblem(await alice.post('/api/v1/tracks/{id}/like', { path: { id } }), 404);
    assertProblem(await alice.delete('/api/v1/tracks/{id}/like', { path: { id } }), 404);
    assertProblem(await alice.get('/api/v1/tracks/{id}/likes', { path: { id } }), 404);
  }
  await like(carol, { path: { id: hidden.id } });
  assertStatus(await carol.post('/api/v1/users/{id}/block', user('bob')), 204);
  assertProblem(await bob.post('/api/v1/tracks/{id}/like', at), 404);
  assertProblem(await bob.get('/api/v1/tracks/{id}/likes', at), 404);
  await unlike(bob);
  assertProblem(await bob.delete('/api/v1/tracks/{id}/like', at), 404);
  assertStatus(await carol.delete('/api/v1/users/{id}/block', user('bob')), 204);
});

test('the owner hears at once of a like, and of all that follow in one notification until it is read', async () => {
  for (const one of [alice, bob]) await unlike(one);
  await settled();
  await world.sql('delete from notifications');
  const ticket = await carol.post('/api/v1/ws/ticket');
  const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
  const heard: { type: string; notification?: { type: string; others: number; actor: { username: string } } }[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as never));
  await until('the greeting', () => heard.length > 0);
  const last = () => heard.filter((one) => one.type === 'notification').at(-1)?.notification;
  await world.sql(`insert into push_subscriptions (user_id, session_id, endpoint, p256dh, auth)
                   select user_id, id, 'https://push.example/1', '${'B'.repeat(87)}', '${'a'.repeat(22)}' from sessions where user_id = '${ids.carol}' limit 1`);

  await like(alice);
  await until('the first like', () => last()?.actor.username === 'alice');
  assert.equal(last()?.others, 0);
  await like(bob);
  await until('the second like', () => last()?.actor.username === 'bob');
  await like(dave);
  await until('the third like', () => last()?.actor.username === 'dave');
  await unlike(alice);
  await like(alice);
  await settled();
  assert.deepEqual([last()?.actor.username, last()?.others], ['dave', 2], 'liking again tells nothing');
  const items = await told('like');
  assert.equal(items.length, 1);
  assert.deepEqual([items[0]!.link, items[0]!.others, items[0]!.actor?.username, items[0]!.read], [`/track/${track.id}`, 2, 'dave', false]);
  assert.equal(await world.sql(`select count(*) from jobs where kind = 'push.send'`), '1', 'one push');

  assertStatus(await carol.post('/api/v1/notifications/{id}/read', { path: { id: items[0]!.id } }), 204);
  await unlike(alice);
  await like(alice);
  await like(mia);
  await settled();
  assert.deepEqual((await told('like')).map((one) => [one.actor?.username, one.others, one.read]), [['mia', 0, false], ['dave', 2, true]],
    'what is read stays; liking again does not tell again');
  socket.terminate();
});

test('nobody hears of their own likes, of those of blocked people, or of any when they do not want to', async () => {
  for (const one of [alice, bob, dave, mia]) await unlike(one);
  await settled();
  await world.sql('delete from notifications');
  await like(carol);
  await settled();
  assert.deepEqual(await told('like'), []);
  assertStatus(await carol.put('/api/v1/notifications/preferences', { body: { notify_on_like: false } }), 200);
  await like(alice);
  await settled();
  assert.deepEqual(await told('like'), []);
  assertStatus(await carol.put('/api/v1/notifications/preferences', { body: { notify_on_like: true } }), 200);
});

test('the likes of a person who is erased are no longer counted', async () => {
  assert.equal(await counts(), '2 2');
  await world.sql(`begin; set local session_replication_role = origin; delete from users where id = '${ids.alice}'; commit`);
  assert.equal(await counts(), '1 1');
});
