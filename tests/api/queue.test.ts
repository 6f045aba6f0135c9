/** One's own queue: long ones, versions, what devices hear of each other, and tracks that are gone. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type BodyOf, type Client } from '../support/client.ts';
import { Live } from '../support/live.ts';
import { playable } from '../support/tracks.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('queue');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const tides = await playable(carol, { title: 'Tides' });
const ferry = await playable(carol, { title: 'Ferry' });

type State = BodyOf<'get', '/api/v1/queue'>;
const state = async (client: Client): Promise<State> => {
  const reply = await client.get('/api/v1/queue');
  assertStatus(reply, 200);
  return reply.body;
};
const page = async (client: Client, cursor?: string) => {
  const reply = await client.get('/api/v1/queue/items', { query: { limit: 100, ...(cursor && { cursor }) } });
  assertStatus(reply, 200);
  return reply.body;
};
const items = async (client: Client) => {
  const all = [];
  let cursor: string | null | undefined;
  do {
    const { items: some, next } = await page(client, cursor ?? undefined);
    all.push(...some);
    cursor = next;
  } while (cursor);
  return all;
};
const order = async (client: Client) => (await items(client)).map((one) => one.id);
const many = (count: number, track_id = tides.id) => Array.from({ length: count }, () => ({ id: randomUUID(), track_id }));
const idsOf = (list: readonly { id: string }[]) => list.map((one) => one.id);

async function put(client: Client, body: Omit<Parameters<typeof rawPut>[1], 'version'>): Promise<State> {
  const reply = await rawPut(client, { version: (await state(client)).version, ...body });
  assertStatus(reply, 200);
  return reply.body;
}
const rawPut = (client: Client, body: NonNullable<Parameters<typeof client.put<'/api/v1/queue'>>[1]>['body'] & object) => client.put('/api/v1/queue', { body });
async function patch(client: Client, body: object): Promise<State> {
  const reply = await client.patch('/api/v1/queue', { body: { version: (await state(client)).version, ...body } });
  assertStatus(reply, 200);
  return reply.body;
}
async function add(client: Client, list: { id?: string; track_id: string }[], more: { after?: string | null } = {}): Promise<State> {
  const reply = await client.post('/api/v1/queue/items', { body: { version: (await state(client)).version, items: list, ...more } });
  assertStatus(reply, 200);
  return reply.body;
}
async function remove(client: Client, id: string): Promise<State> {
  const reply = await client.delete('/api/v1/queue/items/{id}', { path: { id }, query: { version: (await state(client)).version } });
  assertStatus(reply, 200);
  return reply.body;
}
/** The reply refuses, and says which version there is. */
const assertStale = (reply: Parameters<typeof assertProblem>[0], version: number) =>
  assert.match(assertProblem(reply, 409, 'conflict').detail, new RegExp(`\\b${version} now`));

test('who never listened has an empty queue, which one fills, changes and empties', async () => {
  const none = await state(alice);
  assert.deepEqual([none.version, none.item_count, none.current_item, none.repeat, none.shuffle, none.volume], [0, 0, null, 'off', false, 100]);
  const list = [...many(2), ...many(1, ferry.id)];
  const made = await put(alice, { items: list, current_item: list[1]!.id, offset_ms: 61_234, repeat: 'all', volume: 35 });
  assert.deepEqual([made.version, made.item_count, made.current_item, made.offset_ms, made.repeat, made.volume], [1, 3, list[1]!.id, 61_234, 'all', 35]);
  const read = await items(alice);
  assert.deepEqual(read.map((one) => [one.id, one.track_id, one.title, one.creator?.username]), list.map(({ id, track_id }) => [id, track_id, track_id === tides.id ? 'Tides' : 'Ferry', 'carol']));
  assert.ok(read[0]!.stream_manifest_url && read[0]!.duration_ms);
  assert.deepEqual(await state(alice), made, 'as it was written');
  const next = await patch(alice, { current_item: list[2]!.id });
  assert.deepEqual([next.version, next.current_item, next.offset_ms, next.volume], [2, list[2]!.id, 0, 35], 'another item starts at its beginning');
  const reply = await alice.delete('/api/v1/queue', { query: { version: 2 } });
  assertStatus(reply, 200);
  assert.deepEqual([reply.body.version, reply.body.item_count, reply.body.current_item, reply.body.volume, reply.body.repeat], [3, 0, null, 35, 'all']);
  assert.deepEqual(await items(alice), []);
  assert.equal((await state(bob)).version, 0, 'nobody else has it');
});

test('a queue without items is written like any other, from the beginning and over what there was', async () => {
  const kept = { shuffle: true, repeat: 'one', volume: 12 } as const;
  for (const version of [0, 1]) {
    const reply = await rawPut(carol, { version, items: [], ...kept, offset_ms: 0, is_playing: false });
    assertStatus(reply, 200);
    const { item_count, current_item, ...rest } = reply.body;
    assert.deepEqual([item_count, current_item, rest.version, rest.shuffle, rest.repeat, rest.volume], [0, null, version + 1, true, 'one', 12]);
  }
  assertProblem(await rawPut(carol, { version: 2, items: [], current_item: randomUUID() }), 422, 'validation');
});

test('ten thousand items, all of the same track, are written by one request and read by the page; one more is refused', async () => {
  const list = many(10_000);
  const made = await put(bob, { items: list, current_item: list[9_000]!.id });
  assert.equal(made.item_count, 10_000);
  assert.deepEqual(idsOf((await page(bob)).items), idsOf(list.slice(0, 100)));
  const few = await items(bob);
  assert.deepEqual(idsOf(few), idsOf(list));
  const more = await bob.post('/api/v1/queue/items', { body: { version: made.version, items: many(1) } });
  assertProblem(more, 422, 'validation');
  assertProblem(await rawPut(bob, { version: made.version, items: many(10_001) }), 422, 'validation');
  assert.equal((await state(bob)).version, made.version, 'what was refused changed nothing');
  const shuffled = await patch(bob, { shuffle: true });
  const after = await order(bob);
  assert.deepEqual(after.slice(0, 9_001), idsOf(list.slice(0, 9_001)), 'what was played stays');
  assert.notDeepEqual(after.slice(9_001), idsOf(list.slice(9_001)));
  assert.deepEqual([...after].sort(), idsOf(list).sort());
  assert.equal(shuffled.current_item, list[9_000]!.id);
  await patch(bob, { shuffle: false });
  assert.deepEqual(await order(bob), idsOf(list), 'the order from before');
});

test('items are added at the end, first and after another one, however often at the same place', async () => {
  const list = many(3);
  await put(dave, { items: list });
  const [last] = many(1), [first] = many(1);
  await add(dave, [last!]);
  await add(dave, [first!], { after: null });
  let expected = [first!.id, ...idsOf(list), last!.id];
  assert.deepEqual(await order(dave), expected);
  for (let i = 0; i < 40; i += 1) {
    const two = many(2);
    await add(dave, two, { after: list[0]!.id });
    expected = [expected[0]!, expected[1]!, ...idsOf(two), ...expected.slice(2)];
  }
  assert.deepEqual(await order(dave), expected, 'after the numbers between two items were used up');
  const moved = await patch(dave, { move: { item: last!.id, after: null } });
  expected = [last!.id, ...expected.slice(0, -1)];
  assert.deepEqual(await order(dave), expected);
  assert.equal(moved.current_item, list[0]!.id, 'what plays stays the same');
  await patch(dave, { move: { item: first!.id, after: list[2]!.id } });
  assert.equal((await order(dave)).at(-1), first!.id);
  for (const body of [{ move: { item: randomUUID(), after: null } }, { move: { item: first!.id, after: randomUUID() } }, { current_item: randomUUID() }]) {
    assertProblem(await dave.patch('/api/v1/queue', { body: { version: (await state(dave)).version, ...body } }), 422, 'validation');
  }
  const { version } = await state(dave);
  for (const body of [{ items: [list[0]!] }, { items: [...many(1), ...many(1)].map((one) => ({ ...one, id: version ? list[1]!.id : '' })) }, { items: many(1, randomUUID()) }, { items: many(1), after: randomUUID() }]) {
    assertProblem(await dave.post('/api/v1/queue/items', { body: { version, ...body } }), 422, 'validation');
  }
  assert.equal((await state(dave)).version, version);
});

test('in shuffle, what is added after an item follows it in both orders', async () => {
  const list = many(4);
  await put(mia, { items: [list[2]!, list[0]!, list[3]!, list[1]!].map((one) => ({ ...one, order: list.indexOf(one) })), shuffle: true });
  const [one] = many(1), [two] = many(1), [end] = many(1);
  await add(mia, [one!], { after: list[2]!.id });
  await add(mia, [two!], { after: list[2]!.id });
  await add(mia, [end!]);
  assert.deepEqual(await order(mia), idsOf([list[2]!, two!, one!, list[0]!, list[3]!, list[1]!, end!]));
  const places = [...await items(mia)].sort((a, b) => a.order - b.order);
  await patch(mia, { shuffle: false });
  const straight = idsOf([list[0]!, list[1]!, list[2]!, two!, one!, list[3]!, end!]);
  assert.deepEqual(await order(mia), straight);
  assert.deepEqual(idsOf(places), straight, '`order` tells it before');
});

test('removing what plays goes to the next item, or the last', async () => {
  const list = many(3);
  await put(alice, { items: list, current_item: list[1]!.id, offset_ms: 5000 });
  assert.deepEqual(await remove(alice, list[0]!.id).then((q) => [q.current_item, q.offset_ms, q.item_count]), [list[1]!.id, 5000, 2]);
  assert.deepEqual(await remove(alice, list[1]!.id).then((q) => [q.current_item, q.offset_ms]), [list[2]!.id, 0]);
  const { version } = await state(alice);
  assertProblem(await alice.delete('/api/v1/queue/items/{id}', { path: { id: list[0]!.id }, query: { version } }), 404);
  assert.deepEqual(await remove(alice, list[2]!.id).then((q) => [q.current_item, q.item_count]), [null, 0]);
});

test('a device that slept overwrites nothing: every change names its version, and of two at once one counts', async () => {
  const list = many(3);
  const slept = (await put(alice, { items: list })).version;
  const newer = await add(alice, many(1));
  const late = [
    () => rawPut(alice, { version: slept, items: many(1) }),
    () => alice.patch('/api/v1/queue', { body: { version: slept, volume: 1 } }),
    () => alice.post('/api/v1/queue/items', { body: { version: slept, items: many(1) } }),
    () => alice.delete('/api/v1/queue/items/{id}', { path: { id: list[0]!.id }, query: { version: slept } }),
    () => alice.delete('/api/v1/queue', { query: { version: slept } }),
  ];
  for (const change of late) assertStale(await change(), newer.version);
  assert.deepEqual(await state(alice), newer);
  const presses = await Promise.all(Array.from({ length: 8 }, () => alice.patch('/api/v1/queue', { body: { version: newer.version, current_item: list[1]!.id } })));
  assert.deepEqual(presses.map((reply) => reply.status).sort(), [200, ...Array.from({ length: 7 }, () => 409)], '"next" was pressed on eight devices, and one item was left');
  assert.equal((await state(alice)).version, newer.version + 1);
  const firsts = await Promise.all(Array.from({ length: 5 }, () => rawPut(root, { version: 0, items: many(1) })));
  assert.deepEqual(firsts.map((reply) => reply.status).sort(), [200, 409, 409, 409, 409], 'also the first one of all');
});

test('other devices hear of each change: what it is, and whether the items are other ones', async () => {
  const list = many(2);
  await put(alice, { items: list });
  const live = await Live.open(alice), stranger = await Live.open(bob);
  const { version } = await patch(alice, { offset_ms: 42_000, is_playing: true, volume: 7 });
  const heard = await live.hears('queue.changed', (message) => message.version === version);
  assert.deepEqual([heard.items_changed, heard.current_item, heard.offset_ms, heard.is_playing, heard.volume, heard.item_count], [false, list[0]!.id, 42_000, true, 7, 2]);
  const added = await add(alice, many(1));
  assert.equal((await live.hears('queue.changed', (message) => message.version === added.version)).items_changed, true);
  assert.ok((await state(alice)).offset_ms >= 42_000, 'time goes on while it plays');
  await world.sql(`update queues set positioned_at = now() - interval '1 day' where user_id = '${template.ids.alice}'`);
  assert.equal((await state(alice)).offset_ms - Number(await world.sql(`select current_position from queues where user_id = '${template.ids.alice}'`)), 30_000, 'but not for ever');
  assert.deepEqual(stranger.all('queue.changed'), []);
  live.end();
  stranger.end();
});

test('a track that is private, or gone for good, keeps its place without its name; it comes back when it may be seen again', async () => {
  const lost = await playable(carol, { title: 'Lost' });
  const list = [...many(1), ...many(1, lost.id), ...many(1, ferry.id)];
  await put(alice, { items: list });
  const shown = async () => (await items(alice)).map((one) => [one.id, one.track_id, one.title]);
  const whole = await shown();
  const hidden = whole.map((row, i) => (i === 1 ? [list[1]!.id, null, null] : row));
  const makePublic = async (is_public: boolean) => assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: lost.id }, body: { is_public } }), 200);
  await makePublic(false);
  assert.deepEqual(await shown(), hidden);
  assert.ok(!JSON.stringify(await items(alice)).includes('Lost'));
  await put(alice, { items: (await items(alice)).map(({ id, track_id }) => ({ id, track_id })) });
  await makePublic(true);
  assert.deepEqual(await shown(), whole, 'although the list was written again meanwhile');
  await makePublic(false);
  await put(alice, { items: [...many(1), ...many(1, lost.id)] });
  await makePublic(true);
  assert.equal((await items(alice))[1]!.track_id, null, 'an id that one may not see brings nothing in');
  await put(alice, { items: list });
  await world.sql(`delete from tracks where id = '${lost.id}'`);
  assert.deepEqual(await shown(), hidden);
  assert.equal((await state(alice)).item_count, 3);
});
