/** What people are told of, and that nobody else is. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('notifications');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;
const me = (person: Person) => ({ path: { id: ids[person] } });

const track = '3f0d3c5e-5f3e-4a57-9a9c-1c5a3d1f2b60';

const list = async (client: Client, query = {}) => {
  const reply = await client.get('/api/v1/notifications', { query });
  assertStatus(reply, 200);
  return reply.body.items;
};
const unread = async (client: Client) => {
  const reply = await client.get('/api/v1/notifications/unread-count');
  assertStatus(reply, 200);
  return reply.body.unread;
};
/** All events so far are through, so what has not come will not come. */
const settled = () => until('the events to be delivered', async () => (await world.sql('select count(*) from bus_waiting')) === '0');

test('a new follower is told of, in the list and at once', async () => {
  const ticket = await carol.post('/api/v1/ws/ticket');
  const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
  const heard: { type: string; notification?: { id: string; title: string; actor: { username: string } } }[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as never));
  await until('the greeting', () => heard.length > 0);
  assertStatus(await alice.post('/api/v1/users/{id}/follow', me('carol')), 200);
  const message = await until('the message', () => heard.find((one) => one.type === 'notification'));
  const items = await list(carol);
  assert.equal(items.length, 1);
  const [one] = items;
  assert.deepEqual([one!.type, one!.title, one!.link, one!.read, one!.read_at], ['follow', 'alice follows you', '/u/alice', false, null]);
  assert.deepEqual(one!.actor, { id: ids.alice, username: 'alice', avatar: null, display_name: 'alice' });
  assert.equal(message.notification?.id, one!.id);
  assert.equal(message.notification?.actor.username, 'alice');
  assert.equal(await unread(carol), 1);
  assert.deepEqual(await list(alice), [], 'only whom it is for');
  socket.terminate();
});

test('following again the same day tells nothing new', async () => {
  await alice.delete('/api/v1/users/{id}/follow', me('carol'));
  await alice.post('/api/v1/users/{id}/follow', me('carol'));
  await settled();
  assert.equal((await list(carol)).length, 1);
});

test('an event that is delivered twice tells once', async () => {
  await world.sql(`delete from notifications; insert into bus_unfinished (subscriber, number, key) select 'notifications', number, key from outbox where name = 'user.followed'`);
  await alice.delete('/api/v1/users/{id}/follow', me('carol'));
  await alice.post('/api/v1/users/{id}/follow', me('carol'));
  await settled();
  assert.equal((await list(carol)).length, 1, 'one new follow, and two old events again');
});

test('one reads, counts and deletes one\'s own notifications only', async () => {
  const [one] = await list(carol);
  const path = { path: { id: one!.id } };
  for (const stranger of [alice, bob, root]) {
    assertProblem(await stranger.post('/api/v1/notifications/{id}/read', path), 404);
    assertProblem(await stranger.delete('/api/v1/notifications/{id}', path), 404);
    assert.equal((await stranger.post('/api/v1/notifications/read-all')).body.changed, 0);
    assert.equal((await stranger.delete('/api/v1/notifications')).body.deleted, 0);
  }
  assert.equal(await unread(carol), 1);
  assertStatus(await carol.post('/api/v1/notifications/{id}/read', path), 204);
  const [read] = await list(carol);
  assert.equal(read!.read, true);
  assertStatus(await carol.post('/api/v1/notifications/{id}/read', path), 204);
  assert.equal((await list(carol))[0]!.read_at, read!.read_at, 'read when it was first read');
  assert.deepEqual([await unread(carol), await list(carol, { unread: true })], [0, []]);
  assertStatus(await carol.delete('/api/v1/notifications/{id}', path), 204);
  assertProblem(await carol.delete('/api/v1/notifications/{id}', path), 404);
});

test('all are read, and all are deleted', async () => {
  await world.sql(`insert into notifications (user_id, type, title) select '${ids.dave}', 'system', 'Welcome' from generate_series(1, 4)`);
  assert.deepEqual((await list(dave, { type: 'system' })).map((one) => [one.title, one.actor, one.others])[0], ['Welcome', null, 0]);
  const page = await dave.get('/api/v1/notifications', { query: { limit: 2, page: 2 } });
  assert.deepEqual([page.body.items.length, page.body.total], [2, 4]);
  assert.equal((await dave.post('/api/v1/notifications/read-all')).body.changed, 4);
  assert.equal(await unread(dave), 0);
  assert.equal((await dave.delete('/api/v1/notifications')).body.deleted, 4);
  assert.deepEqual(await list(dave), []);
});

test('all who follow while one has not looked are one notification, told of once', async () => {
  for (const [at, client] of [alice, bob, carol].entries()) {
    await client.post('/api/v1/users/{id}/follow', me('dave'));
    await until('the notification to have grown', async () => (await list(dave))[0]?.others === at);
  }
  const [one, ...more] = await list(dave);
  assert.deepEqual([one!.type, one!.actor?.username, one!.others, more.length, await unread(dave)], ['follow', 'carol', 2, 0, 1]);
  await bob.delete('/api/v1/users/{id}/follow', me('dave'));
  await bob.post('/api/v1/users/{id}/follow', me('dave'));
  await settled();
  assert.equal((await list(dave))[0]!.others, 2, 'who follows again is counted once');
  assertStatus(await dave.post('/api/v1/notifications/{id}/read', { path: { id: one!.id } }), 204);
  await mia.post('/api/v1/users/{id}/follow', me('dave'));
  await until('a new one', async () => (await list(dave)).length === 2);
  assert.deepEqual((await list(dave)).map((n) => [n.actor?.username, n.others, n.read]), [['mia', 0, false], ['carol', 2, true]]);
});

test('whoever does not want to be told is not', async () => {
  const before = await mia.get('/api/v1/notifications/preferences');
  assertStatus(before, 200);
  assert.equal(before.body.notify_on_follow, true);
  const changed = await mia.put('/api/v1/notifications/preferences', { body: { notify_on_follow: false, email_on_like: true } });
  assertStatus(changed, 200);
  assert.deepEqual(changed.body, { ...before.body, notify_on_follow: false, email_on_like: true });
  assert.deepEqual((await mia.get('/api/v1/notifications/preferences')).body, changed.body);
  assert.equal((await mia.get('/api/v1/users/settings')).body.email_on_like, true, 'the same settings');
  assert.equal((await bob.get('/api/v1/notifications/preferences')).body.notify_on_follow, true, 'nobody else\'s');
  await alice.post('/api/v1/users/{id}/follow', me('mia'));
  await settled();
  assert.deepEqual(await list(mia), []);
});

test('blocking somebody takes back what they caused', async () => {
  await dave.post('/api/v1/users/{id}/follow', me('bob'));
  await carol.post('/api/v1/users/{id}/follow', me('bob'));
  const shown = async () => (await list(bob)).map((one) => [one.actor?.username, one.others]);
  await until('both to be told of', async () => (await shown()).join() === 'carol,1');
  assertStatus(await bob.post('/api/v1/users/{id}/block', me('carol')), 204);
  assert.deepEqual(await shown(), [['dave', 0]], 'the one before is the last now');
  const [left] = await list(bob);
  assert.deepEqual([left!.title, left!.link], ['dave follows you', '/u/dave']);
  assert.equal(await world.sql(`select count(*) from notifications n where n::text like '%carol%'`), '0', 'no name stays behind');
  assertStatus(await bob.post('/api/v1/users/{id}/block', me('dave')), 204);
  assert.deepEqual(await shown(), []);
});

test('of whoever was blocked before it is told of nothing is told', async () => {
  await world.sql(`delete from notifications;
    insert into tracks (id, creator_id, title, file_path, status, visibility) values ('${track}', '${ids.carol}', 'Kelp', 'originals/x', 'completed', 'public');
    insert into user_follows (follower_id, followed_id) values ('${ids.bob}', '${ids.carol}');
    insert into track_likes (user_id, track_id) values ('${ids.bob}', '${track}');
    insert into track_comments (id, user_id, track_id, content) values ('${track}', '${ids.bob}', '${track}', 'Hm');
    insert into user_blocks (blocker_id, blocked_id) values ('${ids.carol}', '${ids.bob}');
    insert into outbox (name, payload) values ('user.followed', '{"user_id": "${ids.carol}", "follower_id": "${ids.bob}"}'),
      ('track.liked', '{"track_id": "${track}", "liker_id": "${ids.bob}"}'), ('track.commented', '{"track_id": "${track}", "comment_id": "${track}"}')`);
  await settled();
  assert.deepEqual(await list(carol), []);
  assert.equal(await unread(carol), 0);
});

test('whoever ended the following before it was told of is not told of', async () => {
  await world.sql(`insert into outbox (name, payload) values ('user.followed', '{"user_id": "${ids.root}", "follower_id": "${ids.bob}"}'), ('user.followed', '{"user_id": "no id"}')`);
  await settled();
  assert.deepEqual(await list(root), []);
});

test('a notification no longer points at somebody who went private', async () => {
  await alice.post('/api/v1/users/{id}/follow', me('bob'));
  await until('the notification', async () => (await list(bob)).some((one) => one.actor?.username === 'alice'));
  await alice.put('/api/v1/users/{id}', { ...me('alice'), body: { is_public: false } });
  const one = (await list(bob)).find((any) => any.actor === null);
  assert.deepEqual([one?.title, one?.link], ['Somebody follows you', null]);
  await alice.put('/api/v1/users/{id}', { ...me('alice'), body: { is_public: true } });
});
