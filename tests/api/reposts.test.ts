/** Reposts: who may, what is counted, who is told, and who sees them. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { Live } from '../support/live.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('reposts');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia');
const ids = template.ids;
const add = (title: string, visibility = 'public') => world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${ids.carol}', '${title}', 'completed', '${visibility}') returning id`);
const track = await add('Tides');
const at = { path: { id: track } };

const repost = async (client: Client, id = track) => {
  const reply = await client.post('/api/v1/tracks/{id}/repost', { path: { id } });
  assertStatus(reply, 200);
  return reply.body;
};
const takeBack = async (client: Client, id = track) => {
  const reply = await client.delete('/api/v1/tracks/{id}/repost', { path: { id } });
  assertStatus(reply, 200);
  return reply.body;
};
const counts = () => world.sql(`select t.repost_count || ' ' || (select count(*) from track_reposts r where r.track_id = t.id) from tracks t where t.id = '${track}'`);
const told = async () => (await carol.get('/api/v1/notifications', { query: { type: 'repost' } })).body.items;
const settled = () => until('the events to be delivered', async () => (await world.sql('select count(*) from bus_waiting')) === '0');

test('reposting and taking it back are counted once each, however often they are asked for', async () => {
  const before = (await carol.get('/api/v1/tracks/{id}', at)).body.updated_at;
  for (let i = 0; i < 2; i++) assert.deepEqual(await repost(alice), { track_id: track, is_reposted: true });
  assert.equal(await counts(), '1 1');
  for (const [client, is] of [[alice, true], [bob, false], [world.visitor, false]] as const) {
    assert.deepEqual((await client.get('/api/v1/tracks/{id}/repost', at)).body, { track_id: track, is_reposted: is });
    assert.equal((await client.get('/api/v1/tracks/{id}', at)).body.is_reposted, is);
  }
  for (let i = 0; i < 2; i++) assert.deepEqual(await takeBack(alice), { track_id: track, is_reposted: false });
  assert.equal(await counts(), '0 0');
  assert.equal((await carol.get('/api/v1/tracks/{id}', at)).body.updated_at, before, 'the track has not changed');
  assert.equal(await world.sql(`select string_agg(name, ' ' order by id) from outbox where name like 'track.%reposted'`), 'track.reposted track.unreposted');
});

test('a hundred at once leave the counter equal to the rows, and only the owner knows it', async () => {
  const people = [alice, bob, dave, mia];
  await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 3 === 2 ? takeBack : repost)(people[i % people.length]!)));
  const [count, rows] = (await counts()).split(' ');
  assert.equal(count, rows);
  for (const one of people) await repost(one);
  assert.equal((await carol.get('/api/v1/tracks/{id}', at)).body.repost_count, 4);
  for (const one of [alice, world.as('root'), world.visitor]) assert.equal((await one.get('/api/v1/tracks/{id}', at)).body.repost_count, null);
  for (const one of people) await takeBack(one);
});

test('what one may not see cannot be reposted, and what is hidden later leaves the lists of others', async () => {
  const hidden = await add('Draft', 'private');
  for (const id of [hidden, '00000000-0000-4000-8000-000000000000']) {
    assertProblem(await alice.get('/api/v1/tracks/{id}/repost', { path: { id } }), 404);
    assertProblem(await alice.post('/api/v1/tracks/{id}/repost', { path: { id } }), 404);
    assertProblem(await alice.delete('/api/v1/tracks/{id}/repost', { path: { id } }), 404);
  }
  const link = await add('By link', 'unlisted');
  await repost(alice, link);
  await repost(alice);
  const listed = async (client: Client) => (await client.get('/api/v1/users/{id}/reposts', { path: { id: ids.alice } })).body.items.map(({ title }) => title);
  assert.deepEqual(await listed(bob), ['Tides']);
  assert.deepEqual(await listed(alice), ['Tides', 'By link']);
  await world.sql(`update tracks set visibility = 'private' where id = '${track}'`);
  assert.deepEqual(await listed(bob), []);
  assert.deepEqual(await takeBack(alice), { track_id: track, is_reposted: false });
  await world.sql(`update tracks set visibility = 'public' where id = '${track}'`);
  await takeBack(alice, link);
});

test('the owner hears at once of a repost, and of all that follow in one notification until it is read', async () => {
  await settled();
  await world.sql('delete from notifications');
  const live = await Live.open(carol);
  const last = () => live.all('notification').at(-1) as unknown as { notification: { type: string; others: number; actor: { username: string } } } | undefined;
  for (const [client, name] of [[alice, 'alice'], [bob, 'bob'], [dave, 'dave']] as const) {
    await repost(client);
    await until(`the repost of ${name}`, () => last()?.notification.actor.username === name);
  }
  await takeBack(alice);
  await repost(alice);
  await repost(carol);
  await settled();
  assert.deepEqual([last()?.notification.type, last()?.notification.actor.username, last()?.notification.others], ['repost', 'dave', 2], 'again, and one\'s own, tell nothing');
  const items = await told();
  assert.deepEqual(items.map(({ link, others, title }) => [link, others, title]), [[`/track/${track}`, 2, 'dave reposted Tides']]);
  live.end();
});
