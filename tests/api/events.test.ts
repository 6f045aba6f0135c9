/** Events: what nobody could act on is seen, handed out again, or dropped. tests/unit/platform/bus_test.c has their order and what dies meanwhile. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('events');
const { ids } = template;
const [root, mia] = [world.as('root'), world.as('mia')];

/** Somebody follows somebody, and the event of it is a dead letter of a subscriber: when it came first there was nothing to tell. */
async function makeDead(follower: 'alice' | 'bob', subscriber: string): Promise<void> {
  const number = await world.sql(`insert into outbox (name, key, payload) values ('user.followed', '${ids.carol}', '{"user_id": "${ids.carol}", "follower_id": "${ids[follower]}"}') returning id`);
  await until('the event to be through', async () => (await world.sql('select count(*) from bus_waiting')) === '0');
  await world.sql(`insert into user_follows (follower_id, followed_id) values ('${ids[follower]}', '${ids.carol}') on conflict do nothing;
    insert into bus_unfinished (subscriber, number, key, attempts, dead_at, last_error)
    select '${subscriber}', number, key, 50, now(), 'it was not handled' from outbox where id = ${number}`);
}
const dead = async (subscriber?: string) => {
  const reply = await root.get('/api/v1/admin/events/dead', { query: subscriber ? { subscriber } : {} });
  assertStatus(reply, 200);
  return reply.body;
};

test('dead letters are listed, of one subscriber or all', async () => {
  await makeDead('alice', 'notifications');
  await makeDead('bob', 'tracks.files');
  const all = await dead();
  assert.equal(all.items.length, 2);
  const [one] = (await dead('notifications')).items;
  assert.deepEqual([one!.subscriber, one!.name, one!.key, one!.attempts, one!.last_error], ['notifications', 'user.followed', ids.carol, 50, 'it was not handled']);
  assert.deepEqual(one!.payload, { user_id: ids.carol, follower_id: ids.alice });
  assert.match(await (await fetch(`${world.server.api}/metrics`)).text(), /^veza_events_dead 2$/m);
});

test('a dead letter that is handed out again is acted on, once', async () => {
  const [one] = (await dead('notifications')).items;
  const path = { path: { id: one!.id } };
  assertStatus(await root.post('/api/v1/admin/events/dead/{id}/replay', path), 204);
  assertProblem(await root.post('/api/v1/admin/events/dead/{id}/replay', path), 404);
  await until('the notification', async () => (await world.sql(`select count(*) from notifications where user_id = '${ids.carol}'`)) === '1');
  assert.equal(await world.sql(`select count(*) from bus_unfinished where subscriber = 'notifications'`), '0');
  assert.equal(await world.sql(`select count(*) > 0 from audit_logs where action like '%replay%' and actor_id = '${ids.root}'`), 't');
});

test('all dead letters of a subscriber are handed out again at once', async () => {
  assert.equal((await root.post('/api/v1/admin/events/dead/replay', { body: { subscriber: 'notifications' } })).body.replayed, 0);
  assert.equal((await root.post('/api/v1/admin/events/dead/replay', { body: {} })).body.replayed, 1);
  await until('the subscriber to take it', async () => (await world.sql('select count(*) from bus_unfinished')) === '0');
});

test('a dead letter that does not matter is dropped', async () => {
  await makeDead('bob', 'tracks.files');
  const [one] = (await dead()).items;
  assertStatus(await root.delete('/api/v1/admin/events/dead/{id}', { path: { id: one!.id } }), 204);
  assertProblem(await root.delete('/api/v1/admin/events/dead/{id}', { path: { id: one!.id } }), 404);
  assert.equal((await dead()).items.length, 0);
});

test('a role with the permission for jobs is enough, another is not', async () => {
  assertProblem(await mia.get('/api/v1/admin/events/dead'), 403);
});
