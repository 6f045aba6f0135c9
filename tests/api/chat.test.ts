/** Conversations: sending, the one order of messages, what is read, and what is heard on the WebSocket. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type BodyOf, type Client } from '../support/client.ts';
import { Live } from '../support/live.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('chat', { CHAT_NOTIFY_AFTER_S: '0' });
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave');
const ids = template.ids;

type Conversation = BodyOf<'get', '/api/v1/conversations/{id}'>;
type Message = BodyOf<'patch', '/api/v1/conversations/{id}/messages/{messageId}'>;
type Sent = NonNullable<NonNullable<Parameters<typeof alice.post<'/api/v1/conversations/{id}/messages'>>[1]>['body']>;

const begin = async (who: Client, body: { kind: 'direct' | 'private' | 'public'; name?: string; user_ids?: string[] }): Promise<Conversation> => {
  const reply = await who.post('/api/v1/conversations', { body });
  assertStatus(reply, 201);
  return reply.body;
};
const post = (who: Client, id: string, content: string, more: Partial<Sent> = {}) =>
  who.post('/api/v1/conversations/{id}/messages', { path: { id }, body: { client_id: randomUUID(), content, ...more } });
const say = async (who: Client, id: string, content: string, more: Partial<Sent> = {}): Promise<Message> => {
  const reply = await post(who, id, content, more);
  assertStatus(reply, 201);
  return reply.body;
};
const history = async (who: Client, id: string, query: { before?: number; after?: number; around?: number; limit?: number } = {}) => {
  const reply = await who.get('/api/v1/conversations/{id}/history', { path: { id }, query });
  assertStatus(reply, 200);
  return reply.body;
};
const get = async (who: Client, id: string): Promise<Conversation> => {
  const reply = await who.get('/api/v1/conversations/{id}', { path: { id } });
  assertStatus(reply, 200);
  return reply.body;
};
const read = (who: Client, id: string, seq: number, unread?: boolean) => who.put('/api/v1/conversations/{id}/read', { path: { id }, body: { seq, ...(unread && { unread }) } });

test('two people have one direct conversation, whoever begins it and however often', async () => {
  const first = await begin(alice, { kind: 'direct', user_ids: [ids.dave] });
  assert.deepEqual([first.kind, first.other?.username, first.name, first.member_count], ['direct', 'dave', null, 2]);
  for (const [who, other] of [[alice, ids.dave], [dave, ids.alice]] as const) {
    const again = await who.post('/api/v1/conversations', { body: { kind: 'direct', user_ids: [other] } });
    assertStatus(again, 200);
    assert.equal(again.body.id, first.id);
  }
  const all = await Promise.all([...Array(8).keys()].map((n) => (n % 2 ? alice : carol).post('/api/v1/conversations', { body: { kind: 'direct', user_ids: [n % 2 ? ids.carol : ids.alice] } })));
  assert.equal(new Set(all.map(({ body }) => (body as Conversation).id)).size, 1);
  assertProblem(await alice.post('/api/v1/conversations', { body: { kind: 'direct', user_ids: [ids.alice] } }), 422, 'validation');
});

test('messages of many at once have one order with numbers without gaps, the same for all members and on all pages', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'At once', user_ids: [ids.bob, ids.carol, ids.dave] });
  const people = [alice, bob, carol, dave];
  const sent = await Promise.all([...Array(80).keys()].map((n) => say(people[n % 4]!, id, `Message ${n}`)));
  assert.deepEqual(sent.map(({ seq }) => seq).sort((a, b) => a - b), [...Array(80).keys()].map((n) => n + 1));
  const pages = await Promise.all(people.map(async (who) => {
    const items: Message[] = [];
    for (let before: number | undefined; ;) {
      const page = await history(who, id, { limit: 7, ...(before && { before }) });
      items.unshift(...page.items);
      before = page.items[0]!.seq;
      assert.equal(page.has_before, before > 1);
      if (!page.has_before) return items.map((message) => `${message.seq} ${message.content}`);
    }
  }));
  for (const page of pages) assert.deepEqual(page, pages[0]);
  assert.equal(pages[0]!.length, 80);
});

test('a message that is sent again is the same message, and the same client_id with another text is refused', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Again', user_ids: [ids.bob] });
  const client_id = randomUUID();
  const replies = await Promise.all([1, 2, 3, 4].map(() => post(alice, id, 'ok', { client_id })));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 200, 201]);
  assert.equal(new Set(replies.map(({ body }) => (body as Message).id)).size, 1);
  assertProblem(await post(alice, id, 'not ok', { client_id }), 409, 'conflict');
  await say(alice, id, 'ok'); /* twice with two ids is two */
  await say(bob, id, 'ok', { client_id }); /* an id is its sender's */
  assert.deepEqual((await history(bob, id)).items.map(({ content }) => content), ['ok', 'ok', 'ok']);
});

test('members hear of messages, changes and deletions as they happen', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Live', user_ids: [ids.bob] });
  const live = await Live.open(bob), stranger = await Live.open(dave);
  assert.equal((await live.subscribe(`room:${id}`)).type, 'subscribed');
  assert.equal((await stranger.subscribe(`room:${id}`)).type, 'refused');
  const one = await say(alice, id, 'Hello @bob');
  const { message } = await live.hears('chat.message');
  assert.deepEqual({ ...message, created_at: '' }, { ...one, created_at: '' });
  assert.deepEqual(one.mentions, [ids.bob]);
  assert.deepEqual([(await live.hears('chat.unread')).unread, (await live.hears('chat.unread')).mentions], [1, 1]);
  assertStatus(await alice.patch('/api/v1/conversations/{id}/messages/{messageId}', { path: { id, messageId: one.id }, body: { content: 'Hello' } }), 200);
  assert.equal((await live.hears('chat.edited')).content, 'Hello');
  assertStatus(await alice.delete('/api/v1/conversations/{id}/messages/{messageId}', { path: { id, messageId: one.id } }), 204);
  assert.equal((await live.hears('chat.deleted')).message_id, one.id);
  assert.deepEqual((await history(bob, id)).items.map(({ content, is_deleted }) => [content, is_deleted]), [['', true]]);
  live.end();
  stranger.end();
});

test('the mark of what was read goes forward only, but for "unread from here", and all devices hear of it', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Marks', user_ids: [ids.bob] });
  const device = await Live.open(bob);
  for (let n = 1; n <= 5; n++) await say(alice, id, `Message ${n}`);
  await say(bob, id, 'My own is never unread');
  assert.deepEqual([(await get(bob, id)).unread_count, (await get(alice, id)).unread_count], [5, 1]);
  assert.deepEqual((await read(bob, id, 3)).body, { room_id: id, read_seq: 3, last_seq: 6, unread_count: 2, mention_count: 0 });
  await device.hears('chat.unread', (message) => message.read_seq === 3 && message.unread === 2);
  assert.equal((await get(bob, id)).read_seq, 3);
  await read(bob, id, 1);
  assert.equal((await get(bob, id)).read_seq, 3);
  await read(bob, id, 999);
  assert.deepEqual([(await get(bob, id)).read_seq, (await get(bob, id)).unread_count], [6, 0]);
  await read(bob, id, 2, true);
  assert.deepEqual([(await get(bob, id)).read_seq, (await get(bob, id)).unread_count], [1, 4]);
  const last = (await history(bob, id)).items[4]!;
  await alice.delete('/api/v1/conversations/{id}/messages/{messageId}', { path: { id, messageId: last.id } });
  await device.hears('chat.unread', (message) => message.unread === 3 && message.read_seq === 1);
  device.end();
});
