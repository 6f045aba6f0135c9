/** Messages over the WebSocket: who may subscribe to what, their numbers, what is missed and caught up with, and clients that mean no good. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertStatus, Client } from '../support/client.ts';
import { messageComplaint, messages } from '../support/document.ts';
import { Live } from '../support/live.ts';
import { playable } from '../support/tracks.ts';
import { pause, until } from '../support/wait.ts';
import { browser, emailOf, template, World } from '../support/world.ts';

const world = await World.start('topics');
const { ids } = template;
const own = (person: 'alice' | 'bob' | 'carol' | 'dave') => `user:${ids[person]}`;
const carol = world.as('carol'), bob = world.as('bob'), alice = world.as('alice');
const song = await playable(carol, { title: 'Live' });
await carol.put('/api/v1/tracks/{id}', { path: { id: song.id }, body: { is_public: true } });
const topic = `track:${song.id}`;

const progress = (n: number) => `{"export_id":"${ids.bob}","status":"processing","progress":${n}}`;
const tell = (person: 'alice' | 'bob' | 'carol', count = 1) =>
  world.sql(`do $$ begin for i in 1..${count} loop perform realtime_send('${own(person)}', 'export.progress', '${progress(0.5)}'); end loop; end $$`);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const newest = async (name: string) => Number(await world.sql(`select number from realtime_topics where name = '${name}'`));
const rename = (title: string, as: Client = carol) => as.put('/api/v1/tracks/{id}', { path: { id: song.id }, body: { title } });

test('a client that was away gets what it missed, once and in order, and goes on', async () => {
  const first = await Live.open(alice);
  const [subscribed] = first.all('subscribed');
  assert.deepEqual({ ...subscribed }, { type: 'subscribed', topic: own('alice'), number: 0, complete: true });
  await tell('alice', 3);
  await first.hears('export.progress', ({ number }) => number === 3);
  first.end();
  await tell('alice', 4);
  const second = await Live.open(alice, undefined, 3);
  await tell('alice');
  await second.hears('export.progress', ({ number }) => number === 8);
  assert.deepEqual(first.numbers(own('alice')), range(1, 3));
  assert.deepEqual(second.numbers(own('alice')), range(4, 8));
  assert.equal(second.all('subscribed')[0]!.complete, true);
  second.end();
});

test('another connection that catches up is sent nothing of that by the others, and they nothing twice', async () => {
  const from = await newest(own('alice'));
  const steady = await Live.open(alice);
  await tell('alice', 20);
  const late = await Live.open(alice, undefined, from + 5);
  await tell('alice', 5);
  for (const live of [steady, late]) await live.hears('export.progress', ({ number }) => number === from + 25);
  assert.deepEqual(steady.numbers(own('alice')), range(from + 1, from + 25));
  assert.deepEqual(late.numbers(own('alice')), range(from + 6, from + 25));
  for (const live of [steady, late]) live.end();
});

test('who missed more than is kept, or names a number that was never sent, is told to read anew', async () => {
  const from = await newest(own('alice'));
  await tell('alice', 230);
  for (const [after, complete] of [[from, false], [from + 29, false], [from + 30, true], [from + 230, true], [from + 231, false], [2147483647, false], [Number.MAX_SAFE_INTEGER, false]] as const) {
    const live = await Live.open(alice, undefined, after);
    const [answer] = live.all('subscribed');
    assert.deepEqual([answer!.complete, answer!.number], [complete, from + 230], `after ${after - from}`);
    if (complete && after < from + 230) await live.hears('export.progress', ({ number }) => number === from + 230);
    assert.deepEqual(live.numbers(own('alice')), complete ? range(after + 1, from + 230) : []);
    live.end();
  }
  assert.equal(await world.sql(`select count(*) from realtime_messages where topic = '${own('alice')}'`), '200', 'the newest are kept');
});

test('messages of many transactions at once have numbers without gaps, and come in their order', async () => {
  const from = await newest(own('bob')) || 0;
  const live = await Live.open(bob);
  await Promise.all(range(1, 8).map(async () => world.sql(range(1, 10).map(() => `select realtime_send('${own('bob')}', 'export.progress', '${progress(0.1)}');`).join(''))));
  await live.hears('export.progress', ({ number }) => number === from + 80);
  assert.deepEqual(live.numbers(own('bob')), range(from + 1, from + 80));
  live.end();
});

test('a transaction that is undone sends nothing, and takes no number', async () => {
  const live = await Live.open(bob);
  const from = await newest(own('bob'));
  await world.sql(`begin; select realtime_send('${own('bob')}', 'export.progress', '${progress(0.2)}'); rollback`);
  await tell('bob');
  const next = await live.hears('export.progress', ({ number }) => number > from);
  assert.deepEqual([next.number, next.progress], [from + 1, 0.5]);
  live.end();
});

test('a message that is too long to be sent names the address where to read the same', async () => {
  const live = await Live.open(bob);
  await world.sql(`select realtime_send('${own('bob')}', 'export.progress', jsonb_build_object('export_id', '${ids.bob}', 'status', repeat('x', 20000), 'progress', 1))`);
  const large = await live.hears('large');
  assert.deepEqual([large.message, large.address, large.number], ['export.progress', '/api/v1/users/me/exports', await newest(own('bob'))]);
  await world.sql(`select realtime_send('${topic}', 'track.changed', jsonb_build_object('track_id', repeat('x', 20000)))`);
  const after = await newest(topic);
  await live.subscribe(topic, after - 1);
  assert.equal((await live.hears('large', (one) => one.topic === topic)).address, `/api/v1/tracks/${song.id}`);
  live.end();
});

test('a message that no module declares for the topic is not sent, and those after it are', async () => {
  const live = await Live.open(bob);
  await world.sql(`select realtime_send('${own('bob')}', 'made.up', '{}'), realtime_send('${own('bob')}', 'track.changed', '{"track_id": "${song.id}"}')`);
  await tell('bob');
  await live.hears('export.progress');
  assert.deepEqual(live.heard.map(({ type }) => type).sort(), ['export.progress', 'hello', 'subscribed']);
  await world.server.logged(/not declared for its topic.*made\.up/);
  live.end();
});

test('whoever may see a track hears that it was edited, strangers to a private one and other people\'s topics do not exist', async () => {
  const live = await Live.open(bob);
  const answer = await live.subscribe(topic);
  assert.equal(answer.type, 'subscribed');
  assertStatus(await rename('Heard'), 200);
  const changed = await live.hears('track.changed');
  assert.deepEqual([changed.track_id, changed.topic], [song.id, topic]);
  const hidden = await playable(carol, { title: 'Hidden' });
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: hidden.id }, body: { is_public: false } }), 200);
  for (const name of [`track:${hidden.id}`, own('alice'), `track:${ids.bob}`, 'track:', 'made:up', `nothing:${song.id}`, topic.toUpperCase(), `track:${song.id.toUpperCase()}`]) {
    const refused = await live.subscribe(name);
    assert.deepEqual([refused.type, 'reason' in refused && refused.reason], ['refused', 'not_found'], name);
  }
  const owner = await Live.open(carol);
  assert.equal((await owner.subscribe(`track:${hidden.id}`)).type, 'subscribed');
  live.send({ type: 'unsubscribe', topic });
  await live.hears('ended', (ended) => ended.topic === topic);
  assertStatus(await rename('Not heard'), 200);
  await tell('bob');
  await live.hears('export.progress');
  assert.equal(live.all('track.changed').length, 1);
  for (const one of [live, owner]) one.end();
});

for (const [what, take, give] of [
  ['a track becomes private', `update tracks set visibility = 'private' where id = '${song.id}'`, `update tracks set visibility = 'public' where id = '${song.id}'`],
  ['its owner blocks the person', `insert into user_blocks (blocker_id, blocked_id) values ('${ids.carol}', '${ids.bob}')`, `delete from user_blocks`],
  ['its owner is banned', `update users set is_banned = true where id = '${ids.carol}'`, `update users set is_banned = false where id = '${ids.carol}'`],
] as const) {
  test(`when ${what}, the subscription ends within 15 seconds, and nothing comes any more`, async () => {
    const live = await Live.open(bob), stays = await Live.open(world.as('dave'));
    await live.subscribe(topic);
    await stays.subscribe(topic);
    await world.sql(take);
    await live.hears('ended', (ended) => ended.topic === topic, 15);
    if (what.includes('blocks')) assert.equal(stays.all('ended').length, 0, 'of nobody else');
    await world.sql(`select realtime_send('${topic}', 'track.changed', '{"track_id":"${song.id}"}')`);
    await tell('bob');
    await live.hears('export.progress');
    assert.deepEqual(live.all('track.changed'), []);
    await world.sql(give);
    assert.equal((await live.subscribe(topic)).type, 'subscribed', 'and comes back with the right');
    for (const one of [live, stays]) one.end();
  });
}

test('a person who is banned is disconnected at once, from every session', async () => {
  const sessions = [await browser(world.visitor, emailOf('mia')), await browser(world.visitor, emailOf('mia'))];
  const lives = [await Live.open(world.visitor, sessions[0]), await Live.open(world.visitor, sessions[1])];
  await world.sql(`update users set is_banned = true where username = 'mia'`);
  for (const live of lives) assert.equal((await live.closes(4)).code, 1008);
  await world.sql(`update users set is_banned = false where username = 'mia'`);
});

test('messages that are not as described are refused with the field at fault, and too many of them end the connection', async () => {
  const wrong: [unknown, string, string?][] = [
    [{ type: 'made.up' }, 'unknown_message'], [{ type: 'hello' }, 'unknown_message'], [{}, 'unknown_message'], [{ type: 7 }, 'unknown_message'],
    [{ type: 'subscribe' }, 'wrong_field', 'topic'], [{ type: 'subscribe', topic: 7 }, 'wrong_field', 'topic'],
    [{ type: 'subscribe', topic: 'x'.repeat(81) }, 'wrong_field', 'topic'], [{ type: 'subscribe', topic: '' }, 'wrong_field', 'topic'],
    [{ type: 'subscribe', topic, after: -1 }, 'wrong_field', 'after'], [{ type: 'subscribe', topic, after: 1e300 }, 'wrong_field', 'after'],
    [{ type: 'subscribe', topic, after: '1' }, 'wrong_field', 'after'], [{ type: 'subscribe', topic, more: 1 }, 'wrong_field', 'more'],
    [{ type: 'unsubscribe', topic: null }, 'wrong_field', 'topic'], [{ type: 'ping', now: true }, 'wrong_field', 'now'],
    [{ type: 'ping', ['é'.repeat(79)]: 1 }, 'wrong_field', 'é'.repeat(40)],
  ];
  const live = await Live.open(bob);
  for (const [message] of wrong) live.socket.send(JSON.stringify(message));
  live.socket.send(`{"type":"subscribe","topic":"${topic}","after":99999999999999999999999}`);
  await until('all refusals', () => live.all('refused').length >= wrong.length || live.closed);
  assert.deepEqual(live.all('refused').slice(0, wrong.length).map(({ reason, field }) => [reason, field]), wrong.map(([, reason, field]) => [reason, field]));
  const other = await Live.open(bob);
  for (let i = 0; i < 40; i++) other.socket.send('{"type":"made.up"}');
  assert.equal((await other.closes()).code, 1008);
  assert.ok(other.all('refused').length <= 20);
  const raw = await Live.open(bob);
  raw.socket.send('{"type":"ping","type":"ping"}');
  assert.equal((await raw.closes()).code, 1007, 'a name given twice');
  live.end();
});

test('a connection has at most 64 topics, and asking for ever more ends it', async () => {
  await world.sql(`insert into tracks (id, creator_id, title, artist, visibility, status, stream_status)
    select ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, '${ids.carol}', 'Many', 'x', 'public', 'completed', 'ready' from generate_series(1, 80) i`);
  const name = (i: number) => `track:00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
  const live = await Live.open(bob);
  for (const i of range(1, 40)) live.send({ type: 'subscribe', topic: name(i) });
  await until('the first 40', () => live.all('subscribed').length >= 41);
  for (const i of range(41, 70)) live.send({ type: 'subscribe', topic: name(i) });
  await until('the rest', () => live.all('subscribed').length + live.all('refused').length >= 71);
  assert.equal(live.all('subscribed').length, 64, 'its own among them');
  assert.deepEqual([...new Set(live.all('refused').map(({ reason }) => reason))], ['too_many']);
  assert.ok(Number(await world.sql(`select count(*) from realtime_topics where name like 'track:00000000%'`)) === 0, 'subscribing writes nothing');
  for (let i = 0; i < 90; i++) live.send({ type: 'subscribe', topic, after: 0 });
  assert.ok([1008, 1013].includes((await live.closes()).code));
  const { bytes } = await world.visitor.get('/metrics');
  assert.match(bytes.toString(), /^veza_websocket_subscriptions \d+$/m);
});

test('one person has so many connections at once, and others are not affected', async () => {
  const few = await World.start('topics-few', { WS_CONNECTIONS_PER_PERSON: '3' });
  const open = await Promise.all(Array.from({ length: 3 }, () => Live.open(few.as('alice'))));
  const more = await Live.connect(few.as('alice'));
  assert.equal((await until('the refusal', () => more.closed)).code, 1013);
  assert.equal(more.all('subscribed').length, 0);
  const other = await Live.open(few.as('bob'));
  open[0]!.end();
  const next = await until('room', async () => {
    const live = await Live.connect(few.as('alice'));
    await until('an answer', () => live.all('subscribed').length || live.closed);
    return !live.closed && live;
  });
  for (const live of [...open.slice(1), other, next]) live.end();
});

test('when all have gone, no topic and no subscription is left', async () => {
  await until('none', async () => /^veza_websocket_topics 0\nveza_websocket_subscriptions 0\nveza_websocket_waiting_requests 0$/m.test((await world.visitor.get('/metrics')).bytes.toString()));
});

test('while the database is locked, connections open and pings are answered; what was sent meanwhile comes then', async () => {
  const live = await Live.open(bob);
  const held = await world.hold('lock table realtime_messages in access exclusive mode');
  live.send({ type: 'subscribe', topic });
  const sent = tell('bob');
  for (let i = 1; i <= 20; i++) {
    const began = performance.now();
    live.send({ type: 'ping' });
    await until('the answer', () => live.all('pong').length === i, 1, 1);
    assert.ok(performance.now() - began < 500);
    await pause(10);
  }
  assert.equal(live.all('export.progress').length, 0, 'it is still locked');
  await held.letGo();
  await sent;
  await live.hears('export.progress');
  await live.hears('subscribed', (one) => one.topic === topic);
  live.end();
});

test('every message on a topic says where to read the same, at an address that there is', () => {
  for (const { name, topic: kind, address } of messages) assert.equal(!!kind, !!address, name);
  assert.match(messageComplaint({ type: 'track.progress' }) ?? '', /must have required property/, 'descriptions are checked at all');
});

test('messages go after a day, and who is away for longer reads anew', async () => {
  const from = await newest(own('bob'));
  await tell('bob', 2);
  await world.sql(`update realtime_messages set sent_at = now() - interval '25 hours' where topic = '${own('bob')}' and number <= ${from + 1}`);
  await world.sql(`insert into jobs (kind, payload) values ('retention', '{}')`);
  await until('the old ones to go', async () => (await world.sql(`select count(*) from realtime_messages where topic = '${own('bob')}'`)) === '1');
  const [away, near] = [await Live.open(bob, undefined, from), await Live.open(bob, undefined, from + 1)];
  assert.equal(away.all('subscribed')[0]!.complete, false);
  assert.equal(near.all('subscribed')[0]!.complete, true);
  await near.hears('export.progress', ({ number }) => number === from + 2);
  for (const one of [away, near]) one.end();
});

test('who catches up is told nothing of people whom they blocked, or who blocked them, meanwhile', async () => {
  const from = await newest(own('alice'));
  const notify = (actor: string) => world.sql(`select realtime_send('${own('alice')}', 'notification', jsonb_build_object('is_new', true, 'notification', jsonb_build_object('id', gen_random_uuid(), 'type', 'follow',
    'title', 'x', 'content', '', 'link', null, 'data', '{}'::jsonb, 'actor', jsonb_build_object('id', '${actor}', 'username', 'somebody', 'avatar', null, 'display_name', 'Somebody'),
    'others', 0, 'read', false, 'read_at', null, 'created_at', now())))`);
  for (const actor of [ids.bob, ids.carol, ids.dave]) await notify(actor);
  await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids.alice}', '${ids.bob}'), ('${ids.dave}', '${ids.alice}'), ('${ids.mia}', '${ids.carol}')`);
  await world.sql(`select realtime_send('${own('alice')}', 'export.progress', jsonb_build_object('export_id', gen_random_uuid(), 'status', 'processing', 'progress', 1))`);
  const live = await Live.open(alice, undefined, from);
  await live.hears('export.progress');
  assert.deepEqual(live.numbers(own('alice')), [from + 2, from + 4]);
  assert.equal(live.all('subscribed')[0]!.complete, true);
  await notify(ids.bob);
  await notify(ids.carol);
  await live.hears('notification', ({ number }) => number === from + 6);
  assert.deepEqual(live.numbers(own('alice')), [from + 2, from + 4, from + 6], 'nor on an open connection');
  await world.sql('delete from user_blocks');
  live.end();
});

test('what was sent of a track goes with it, and stays while it can be restored', async () => {
  const [gone, removed] = [await playable(carol, { title: 'Gone' }), await playable(carol, { title: 'Removed' })];
  const kept = (id: string) => world.sql(`select count(*) from realtime_topics where name = 'track:${id}'`);
  assert.deepEqual([await kept(gone.id), await kept(removed.id)], ['1', '1'], 'that they can be played');
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: gone.id } }), 204);
  assertStatus(await world.as('root').delete('/api/v1/tracks/{id}', { path: { id: removed.id } }), 204);
  await until('the topic of the one to go', async () => (await kept(gone.id)) === '0');
  assert.equal(await kept(removed.id), '1');
  await world.sql(`update tracks set restorable_until = now() where id = '${removed.id}'; update jobs set run_at = now() where dedupe_key = 'track_sweep:${removed.id}'`);
  await until('the topic of the other to go', async () => (await kept(removed.id)) === '0');
});

test('numbers go on after a server that was killed, and nothing is missed', async () => {
  const from = await newest(own('bob'));
  await world.server.stop('SIGKILL');
  await tell('bob', 2);
  await world.server.start();
  const live = await Live.open(new Client(world.server.api, bob.credentials), undefined, from); /* its port is another one */
  await tell('bob');
  await live.hears('export.progress', ({ number }) => number === from + 3);
  assert.deepEqual(live.numbers(own('bob')), range(from + 1, from + 3));
  live.end();
});
