/** Conversations: sending, the one order of messages, what is read, and what is heard on the WebSocket. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { begin, conversation as get, edit, history, post, react, read, remove, say, unreact, type ChatMessage, type Conversation } from '../support/chat.ts';
import { assertProblem, assertStatus } from '../support/client.ts';
import { record } from '../support/coverage.ts';
import { operationAt } from '../support/document.ts';
import { isFull } from '../support/level.ts';
import { Live } from '../support/live.ts';
import { assertRaw, exchange, request11 } from '../support/raw.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('chat', { CHAT_NOTIFY_AFTER_S: '0' });
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave');
const ids = template.ids;

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
    const items: ChatMessage[] = [];
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
  assert.equal(new Set(replies.map(({ body }) => (body as ChatMessage).id)).size, 1);
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

test('whatever is cut off and whenever, a client that catches up has what the database has', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Cuts', user_ids: [ids.bob, ids.carol] });
  const cuts = isFull ? 1000 : 60, sends = isFull ? 10_000 : 600, topic = `room:${id}`;
  const rows = new Map<string, { seq: number; content: string; reactions: Map<string, number> }>();
  let known = 0, reloads = 0, seen = 0, over = false;
  let live: Live | undefined;
  const reload = async (number: number) => {
    reloads++;
    const items: ChatMessage[] = [];
    for (let before: number | undefined; ;) {
      const page = await history(bob, id, { limit: 100, ...(before && { before }) });
      items.push(...page.items);
      if (!page.has_before) break;
      before = page.items[0]!.seq;
    }
    rows.clear();
    for (const one of items) rows.set(one.id, { seq: one.seq, content: one.content, reactions: new Map(one.reactions.map((reaction) => [reaction.emoji!, reaction.count!])) });
    known = number;
  };
  const take = async () => {
    for (; live && seen < live.heard.length; seen++) {
      const one = live.heard[seen]!;
      if (one.type === 'subscribed' && one.topic === topic && !one.complete) await reload(one.number);
      if (!('number' in one) || one.topic !== topic || one.type === 'subscribed') continue;
      assert.ok(one.number <= known || one.number === known + 1, `message ${one.number} after ${known}`);
      if (one.number <= known) continue;
      known = one.number;
      if (one.type === 'chat.message') rows.set(one.message.id, { seq: one.message.seq, content: one.message.content, reactions: new Map() });
      if (one.type === 'chat.edited') rows.get(one.message_id)!.content = one.content;
      if (one.type === 'chat.deleted') Object.assign(rows.get(one.message_id)!, { content: '', reactions: new Map() });
      if (one.type === 'chat.reaction') {
        const { reactions } = rows.get(one.message_id)!;
        if (one.count) reactions.set(one.emoji, one.count); else reactions.delete(one.emoji);
      }
    }
  };
  const talk = async () => {
    const own: ChatMessage[] = [];
    for (let n = 0; n < sends; n++) {
      const who = n % 2 ? alice : carol, chance = Math.random(), any = own[Math.floor(Math.random() * own.length)];
      if (any && chance < 0.2) assertStatus(await edit(alice, id, any.id, `Changed ${n}`), 200);
      else if (any && chance < 0.3) {
        assertStatus(await remove(alice, id, any.id), 204);
        own.splice(own.indexOf(any), 1);
      } else if (any && chance < 0.5) assertStatus(await react(who, id, any.id, ['🎧', '❤️', '👍🏽'][n % 3]!), 200);
      else if (any && chance < 0.6) assertStatus(await unreact(who, id, any.id, ['🎧', '❤️', '👍🏽'][n % 3]!), 200);
      else if (who === alice) own.push(await say(who, id, `Message ${n}`));
      else await say(who, id, `Message ${n}`);
    }
    over = true;
  };
  const talking = talk();
  for (let n = 0; n < cuts || !over; n++) {
    live = await Live.open(bob);
    seen = 0;
    void live.subscribe(topic, known).catch(() => undefined);
    const until_ms = Date.now() + Math.random() * (isFull ? 60 : 80);
    while (Date.now() < until_ms) {
      await take();
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    live.end();
    await take();
    if (n % 20 === 19) { /* away for more than is kept */
      const before = Number(await world.sql(`select number from realtime_topics where name = '${topic}'`));
      if (!over) await until('more messages than are kept', async () => over || Number(await world.sql(`select number from realtime_topics where name = '${topic}'`)) > before + 210, 120);
    }
  }
  await talking;
  live = await Live.open(bob);
  seen = 0;
  const last = await live.subscribe(topic, known);
  assert.ok(last.type === 'subscribed');
  await until('the last message', async () => { await take(); return known >= last.number; });
  const found = [...rows].map(([key, row]) => [row.seq, key, row.content, [...row.reactions].sort()]).sort((a, b) => (a[0] as number) - (b[0] as number));
  await reload(last.number);
  const wanted = [...rows].map(([key, row]) => [row.seq, key, row.content, [...row.reactions].sort()]).sort((a, b) => (a[0] as number) - (b[0] as number));
  assert.deepEqual(found, wanted);
  assert.ok(reloads >= 2, `it had to read anew ${reloads} times`);
  live.end();
});

test('one emoji is one emoji however it is typed; what is none is refused; a message has 30 kinds at most', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Emoji', user_ids: [ids.bob] });
  const message = await say(alice, id, 'React');
  for (const emoji of ['❤', '❤️']) assertStatus(await react(alice, id, message.id, emoji), 200);
  assertStatus(await react(bob, id, message.id, '❤'), 200);
  for (const emoji of ['👍🏽', '👩‍❤️‍💋‍👨', '🏳️‍🌈', '🇫🇷', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '👁️‍🗨️', '🧔🏿‍♂️']) assertStatus(await react(bob, id, message.id, emoji), 200);
  for (const wrong of ['a', 'ok', '❤❤', '1', '❤️👍', '🏽', '‍', '👍‍', '<b>', ':)', '🇫'])
    assertProblem(await react(bob, id, message.id, wrong), 422, 'validation', wrong);
  const [one] = (await history(bob, id)).items;
  assert.deepEqual(one!.reactions[0], { emoji: '❤️', count: 2, is_mine: true });
  assert.equal(one!.reactions.length, 9);
  for (let code = 0x1f400; one!.reactions.length + code - 0x1f400 < 30; code++) assertStatus(await react(bob, id, message.id, String.fromCodePoint(code)), 200);
  assertProblem(await react(alice, id, message.id, '🪴'), 409, 'conflict');
  assertStatus(await unreact(bob, id, message.id, '❤️'), 200);
  assert.deepEqual((await history(alice, id)).items[0]!.reactions[0], { emoji: '❤️', count: 1, is_mine: true });
});

test('an answer names what it answers, and a thread has all of it', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Threads', user_ids: [ids.bob] });
  const root = await say(alice, id, 'Which take?');
  const answer = await say(bob, id, 'The second', { reply_to_id: root.id });
  const again = await say(alice, id, 'Why?', { reply_to_id: answer.id });
  await say(bob, id, 'Something else');
  assert.deepEqual([answer.reply_to?.excerpt, answer.thread_id, again.reply_to?.excerpt, again.thread_id], ['Which take?', root.id, 'The second', root.id]);
  for (const messageId of [root.id, answer.id, again.id]) {
    const thread = await bob.get('/api/v1/conversations/{id}/messages/{messageId}/thread', { path: { id, messageId } });
    assertStatus(thread, 200);
    assert.deepEqual(thread.body.items.map(({ content }) => content), ['Which take?', 'The second', 'Why?']);
    assert.equal(thread.body.items[0]!.reply_count, 2);
  }
  await remove(bob, id, answer.id);
  assertProblem(await post(alice, id, 'Answer to nothing', { reply_to_id: answer.id }), 422, 'validation');
  assert.deepEqual((await history(alice, id)).items[2]!.reply_to, { ...again.reply_to!, excerpt: '', is_deleted: true });
});

test('who has read a message follows from the marks, is told in small conversations only, and never to somebody who is blocked', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Seen', user_ids: [ids.bob, ids.carol] });
  const message = await say(alice, id, 'Read me');
  const seen = async () => {
    const reply = await alice.get('/api/v1/conversations/{id}/messages/{messageId}/seen', { path: { id, messageId: message.id } });
    assertStatus(reply, 200);
    return reply.body.items.map(({ person }) => person.username).sort();
  };
  assert.deepEqual(await seen(), []);
  await read(bob, id, message.seq);
  await read(carol, id, message.seq);
  assert.deepEqual(await seen(), ['bob', 'carol']);
  await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids.carol}', '${ids.alice}')`);
  assert.deepEqual(await seen(), ['bob']);
  await world.sql(`delete from user_blocks; update rooms set member_count = 51 where id = '${id}'`);
  assertProblem(await alice.get('/api/v1/conversations/{id}/messages/{messageId}/seen', { path: { id, messageId: message.id } }), 409, 'conflict');
});

test('typing is told to the others at once, ends with the connection, and is told neither in large rooms nor to whom one has blocked', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Typing', user_ids: [ids.bob, ids.carol] });
  await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids.carol}', '${ids.alice}')`);
  const [a, b, c] = [await Live.open(alice), await Live.open(bob), await Live.open(carol)], topic = `room:${id}`;
  for (const live of [a, b, c]) await live.subscribe(topic);
  const before = Number(await world.sql('select coalesce(sum(calls), 0) from (select count(*) as calls from realtime_messages) n'));
  a.send({ type: 'chat.typing', topic, is_typing: true });
  assert.deepEqual(await b.hears('chat.is_typing'), { type: 'chat.is_typing', topic, user_id: ids.alice, is_typing: true });
  b.send({ type: 'chat.typing', topic, is_typing: true });
  await c.hears('chat.is_typing', ({ user_id }) => user_id === ids.bob);
  a.end();
  await b.hears('chat.is_typing', ({ user_id, is_typing }) => user_id === ids.alice && !is_typing);
  assert.deepEqual(c.all('chat.is_typing').filter(({ user_id }) => user_id === ids.alice), []);
  assert.equal(Number(await world.sql('select count(*) from realtime_messages')), before);
  await world.sql(`delete from user_blocks; update rooms set member_count = 51 where id = '${id}'`);
  const large = await Live.open(dave);
  await world.sql(`insert into room_members (room_id, user_id) values ('${id}', '${ids.dave}')`);
  await large.subscribe(topic);
  large.send({ type: 'chat.typing', topic, is_typing: true });
  const said = await say(bob, id, 'After it');
  await c.hears('chat.message', ({ message }) => message.id === said.id);
  assert.deepEqual([...b.all('chat.is_typing'), ...c.all('chat.is_typing')].filter(({ user_id }) => user_id === ids.dave), []);
  for (const live of [b, c, large]) live.end();
});

test('everything is marked as read in one request, and the figures are the sum of the conversations', async () => {
  const rooms: Conversation[] = [];
  for (let n = 0; n < 3; n++) rooms.push(await begin(alice, { kind: 'private', name: `Sum ${n}`, user_ids: [ids.dave] }));
  for (const [n, room] of rooms.entries()) for (let i = 0; i <= n; i++) await say(alice, room.id, i ? 'Hello' : '@dave');
  const sums = async () => {
    const list = await dave.get('/api/v1/conversations', { query: { limit: 100 } });
    assertStatus(list, 200);
    const { body } = await dave.get('/api/v1/chat/stats');
    assert.deepEqual([body.unread_count, body.mention_count, body.conversation_count],
      [list.body.items.reduce((sum, one) => sum + one.unread_count, 0), list.body.items.reduce((sum, one) => sum + one.mention_count, 0), list.body.items.length]);
    return [body.unread_count, body.mention_count];
  };
  const [unread, mentions] = await sums();
  assert.ok(unread! >= 6 && mentions! >= 3, `${unread} unread, ${mentions} mentions`);
  assertStatus(await dave.put('/api/v1/conversations/{id}/level', { path: { id: rooms[2]!.id }, body: { level: 'none' } }), 200);
  assert.deepEqual(await sums(), [unread! - 3, mentions! - 1]);
  const device = await Live.open(dave);
  assertStatus(await dave.post('/api/v1/conversations/read'), 200);
  await device.hears('chat.all_read');
  assert.deepEqual(await sums(), [0, 0]);
  device.end();
});

test('/chat/ws is opened once by a token of /chat/token', async () => {
  const { body } = await alice.post('/api/v1/chat/token');
  const first = await Live.at(alice, `/api/v1/chat/ws?token=${body.token}`);
  await first.hears('subscribed');
  record('GET /api/v1/chat/ws', 101);
  const second = await Live.at(alice, `/api/v1/chat/ws?token=${body.token}`);
  assert.equal((await second.closes()).code, 1006);
  first.end();
});

test('the door of /chat/ws is that of /ws: no token, another origin, no handshake', async () => {
  const operation = operationAt('GET', '/api/v1/chat/ws')!, port = world.server.ports.api;
  const upgrade = (headers: Record<string, string> = {}) => ({ Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers });
  const knock = async (headers: Record<string, string>, token?: string) =>
    exchange(port, { write: [request11(`GET /api/v1/chat/ws?token=${token ?? (await alice.post('/api/v1/chat/token')).body.token}`, headers)] });
  assertRaw(await knock(upgrade(), 'A'.repeat(32)), operation, 401, 'unauthenticated');
  assertRaw(await knock(upgrade({ Origin: 'https://attacker.example' })), operation, 403, 'forbidden');
  assertRaw(await knock(upgrade({ 'Sec-WebSocket-Key': 'short' })), operation, 400, 'bad_request');
  assertRaw(await knock(upgrade({ 'Sec-WebSocket-Version': '8' })), operation, 426, 'upgrade_required');
});

test('what was deleted is not told to those who catch up either', async () => {
  const { id } = await begin(alice, { kind: 'private', name: 'Late', user_ids: [ids.bob] });
  const one = await say(alice, id, 'Regretted words');
  await say(bob, id, 'Answer', { reply_to_id: one.id });
  await edit(alice, id, one.id, 'Regretted words again');
  await remove(alice, id, one.id);
  const late = await Live.open(bob);
  await late.subscribe(`room:${id}`, 0);
  await late.hears('chat.deleted');
  assert.doesNotMatch(JSON.stringify(late.heard), /Regretted/);
  for (const table of ['messages', 'realtime_messages', 'notifications', 'outbox', 'audit_logs', 'jobs'])
    assert.equal(await world.sql(`select count(*) from ${table} t where t::text like '%Regretted%'`), '0', table);
  late.end();
});
