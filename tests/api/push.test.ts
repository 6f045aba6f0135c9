/** Push messages: only the browser that asked reads them, in its person's language, and nobody else is bothered. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { pushService, stubbornService, type Subscription } from '../support/push.ts';
import { until } from '../support/wait.ts';
import { browser, emailOf, template, World, type Person } from '../support/world.ts';

const world = await World.start('push', { OUTGOING_ALLOW_PRIVATE: 'true' });
const service = await pushService();
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia');
const ids = template.ids;

const keyOf = async () => {
  const reply = await world.visitor.get('/api/v1/notifications/push/key');
  assertStatus(reply, 200);
  return reply.body.public_key;
};
const key = await keyOf();
/** Keys of RFC 8291's example, for services that decrypt nothing. */
const KEYS = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' };

async function subscribe(client: Client, publicKey = key): Promise<Subscription> {
  const subscription = await service.subscribe(publicKey);
  assertStatus(await client.post('/api/v1/notifications/push/subscribe', { body: { endpoint: subscription.endpoint, keys: subscription.keys } }), 201);
  return subscription;
}
const follow = async (client: Client, person: Person) => {
  await world.sql('delete from notifications');
  await client.delete('/api/v1/users/{id}/follow', { path: { id: ids[person] } });
  assertStatus(await client.post('/api/v1/users/{id}/follow', { path: { id: ids[person] } }), 200);
};
const subscriptions = (person: Person) => world.sql(`select count(*) from push_subscriptions where user_id = '${ids[person]}'`);
const forgetAll = () => world.sql('delete from push_subscriptions');
/** Every event is through and no message is under way, so what has not come will not come. */
const settled = () => until('the events and jobs to be done', async () =>
  (await world.sql(`select (select count(*) from bus_waiting) + (select count(*) from jobs where kind = 'push.send' and state in ('queued', 'running'))`)) === '0');

test('the key is a point of P-256', () => {
  const bytes = Buffer.from(key, 'base64url');
  assert.deepEqual([bytes.length, bytes[0]], [65, 4]);
});

for (const [language, title, body] of [['en', 'alice follows you', 'See their profile and follow back'], ['fr', 'alice vous suit', 'Voyez son profil et suivez en retour'],
  ['es', 'alice te sigue', 'Mira su perfil y sigue también tú']] as const) {
  test(`a new follower reaches the browser in ${language}`, async () => {
    await forgetAll();
    assertStatus(await carol.put('/api/v1/users/settings', { body: { language } }), 200);
    const mine = await subscribe(carol), others = await subscribe(bob);
    await follow(alice, 'carol');
    const [message] = await until('the message', async () => { const all = await service.messages(mine); return all.length ? all : undefined; });
    const [listed] = (await carol.get('/api/v1/notifications')).body.items;
    assert.deepEqual(message, { id: listed!.id, type: 'follow', title, body, url: '/u/alice' });
    await settled();
    assert.deepEqual([(await service.messages(mine)).length, await service.messages(others)], [1, []]);
  });
}

test('every browser of a person gets the message once', async () => {
  await forgetAll();
  const browsers = [await subscribe(dave), await subscribe(dave), await subscribe(dave)];
  await follow(alice, 'dave');
  for (const one of browsers) await until('the message', async () => (await service.messages(one)).length === 1);
  await settled();
  for (const one of browsers) assert.equal((await service.messages(one)).length, 1);
});

test('a browser that expired is forgotten', async () => {
  await forgetAll();
  const gone = await subscribe(carol), stays = await subscribe(carol);
  await service.expire(gone);
  await follow(alice, 'carol');
  await until('the message', async () => (await service.messages(stays)).length === 1);
  await until('the other to be forgotten', async () => (await subscriptions('carol')) === '1');
  assert.deepEqual(await service.messages(gone), []);
});

test('the service refuses a message that was not signed with the key of the subscription', async () => {
  await forgetAll();
  const other = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8';
  const mine = await subscribe(carol, other);
  await follow(alice, 'carol');
  await until('the job to have failed', async () => (await world.sql(`select count(*) from jobs where kind = 'push.send' and state = 'failed' and last_error like '%400%'`)) === '1');
  assert.deepEqual(await service.messages(mine), []);
});

test('a notification that others join while it is unread is pushed once', async () => {
  await forgetAll();
  const stub = await stubbornService();
  assertStatus(await carol.post('/api/v1/notifications/push/subscribe', { body: { endpoint: `${stub.endpoint}once`, keys: KEYS } }), 201);
  await follow(alice, 'carol');
  await until('the request', () => stub.requests[0]);
  await world.sql(`delete from user_follows where follower_id = '${ids.dave}' and followed_id = '${ids.carol}'`);
  assertStatus(await world.as('dave').post('/api/v1/users/{id}/follow', { path: { id: ids.carol } }), 200);
  await settled();
  assert.equal(await world.sql(`select actor_count from notifications where user_id = '${ids.carol}' and type = 'follow'`), '2');
  assert.equal(stub.requests.length, 1);
});

test('a message says how long it keeps, how urgent it is, and replaces itself', async () => {
  await forgetAll();
  const stub = await stubbornService();
  assertStatus(await carol.post('/api/v1/notifications/push/subscribe', { body: { endpoint: `${stub.endpoint}a`, keys: KEYS } }), 201);
  await follow(alice, 'carol');
  const request = await until('the request', () => stub.requests[0]);
  const { headers } = request;
  assert.equal(headers['content-encoding'], 'aes128gcm');
  assert.equal(headers['content-type'], 'application/octet-stream');
  assert.deepEqual([headers['ttl'], headers['urgency']], ['259200', 'normal']);
  assert.match(headers['topic'] as string, /^[A-Za-z0-9_-]{1,32}$/);
  assert.ok(request.bytes <= 4096, `${request.bytes}`);
  const token = headers.authorization!.match(/^vapid t=([^,]+),k=(.+)$/)!;
  assert.equal(token[2], key);
  const [head, claims] = token[1]!.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
  assert.deepEqual(head, { typ: 'JWT', alg: 'ES256' });
  assert.equal(claims!['aud'], new URL(stub.endpoint).origin);
  assert.match(claims!['sub'] as string, /^mailto:/);
  assert.ok((claims!['exp'] as number) > Date.now() / 1000 && (claims!['exp'] as number) <= Date.now() / 1000 + 86400);
});

test('a service that is away is tried again; one that says when is not tried before', async () => {
  await forgetAll();
  const stub = await stubbornService([{ status: 503 }, { status: 429, headers: { 'retry-after': '3600' } }]);
  assertStatus(await carol.post('/api/v1/notifications/push/subscribe', { body: { endpoint: `${stub.endpoint}b`, keys: KEYS } }), 201);
  await follow(alice, 'carol');
  await until('two requests', () => stub.requests.length === 2);
  const job = `kind = 'push.send' and state = 'queued' and payload ->> 'subscription_id' in (select id::text from push_subscriptions)`;
  const wait = await until('the job to wait', () => world.sql(`select extract(epoch from run_at - now())::int from jobs where ${job}`));
  assert.ok(Number(wait) > 3500, wait);
  await world.sql(`update jobs set run_at = now() where ${job}`);
  await until('the third', () => stub.requests.length === 3);
  await settled();
  assert.equal(new Set(stub.requests.map(({ headers }) => headers['topic'])).size, 1, 'the same message');
});

test('404 and 410 take the subscription away, another 4xx the message', async () => {
  for (const [status, left] of [[404, '0'], [410, '0'], [413, '1']] as const) {
    await forgetAll();
    const stub = await stubbornService([{ status }]);
    assertStatus(await carol.post('/api/v1/notifications/push/subscribe', { body: { endpoint: `${stub.endpoint}c${status}`, keys: KEYS } }), 201);
    await follow(alice, 'carol');
    await until('the request', () => stub.requests.length === 1);
    await settled();
    assert.equal(await subscriptions('carol'), left, String(status));
    assert.equal(stub.requests.length, 1);
  }
});

test('whoever does not want push messages gets none, and what was read is not sent', async () => {
  await forgetAll();
  const mine = await subscribe(mia);
  assertStatus(await mia.put('/api/v1/notifications/preferences', { body: { push_notifications: false } }), 200);
  await follow(alice, 'mia');
  await settled();
  assert.deepEqual(await service.messages(mine), []);
  assertStatus(await mia.put('/api/v1/notifications/preferences', { body: { push_notifications: true } }), 200);
  const [listed] = (await mia.get('/api/v1/notifications')).body.items;
  await mia.post('/api/v1/notifications/{id}/read', { path: { id: listed!.id } });
  await world.sql(`insert into jobs (kind, payload) select 'push.send', jsonb_build_object('notification_id', '${listed!.id}', 'subscription_id', id) from push_subscriptions`);
  await settled();
  assert.deepEqual(await service.messages(mine), []);
});

test('a browser where somebody else signs in is theirs from then on', async () => {
  await forgetAll();
  const shared = await subscribe(carol);
  const body = { endpoint: shared.endpoint, keys: shared.keys };
  assertStatus(await bob.post('/api/v1/notifications/push/subscribe', { body }), 201);
  assert.deepEqual([await subscriptions('carol'), await subscriptions('bob')], ['0', '1']);
  await follow(alice, 'carol');
  await follow(alice, 'bob');
  const [message] = await until('the message', async () => { const all = await service.messages(shared); return all.length ? all : undefined; });
  await settled();
  assert.equal((await service.messages(shared)).length, 1);
  assert.equal(message!['id'], (await bob.get('/api/v1/notifications')).body.items[0]!.id);
});

test('signing out ends the messages to that browser', async () => {
  await forgetAll();
  const as = await browser(world.visitor, emailOf('dave'));
  const signedIn = world.visitor.as(as);
  const mine = await subscribe(signedIn);
  assertStatus(await signedIn.post('/api/v1/auth/logout'), 204);
  await follow(alice, 'dave');
  await settled();
  assert.deepEqual(await service.messages(mine), []);
  await subscribe(dave);
  assert.equal(await subscriptions('dave'), '1', 'and it is swept with the next');
});

test('a person has ten browsers at most; those used longest ago give way', async () => {
  await forgetAll();
  for (let i = 0; i < 12; i++) assertStatus(await carol.post('/api/v1/notifications/push/subscribe', { body: { endpoint: `https://push.example/${i}`, keys: KEYS } }), 201);
  assert.equal(await world.sql(`select count(*) || ' ' || count(*) filter (where endpoint in ('https://push.example/0', 'https://push.example/1')) from push_subscriptions where user_id = '${ids.carol}'`), '10 0');
  const again = { endpoint: 'https://push.example/2', keys: KEYS };
  assertStatus(await carol.post('/api/v1/notifications/push/subscribe', { body: again }), 201);
  assert.equal(await subscriptions('carol'), '10', 'the same one again is no other');
});

test('one ends one\'s own subscriptions only', async () => {
  await forgetAll();
  const { endpoint } = await subscribe(carol);
  for (const stranger of [alice, mia, world.as('root')]) assertProblem(await stranger.delete('/api/v1/notifications/push/subscribe', { body: { endpoint } }), 404);
  assert.equal(await subscriptions('carol'), '1');
  assertStatus(await carol.delete('/api/v1/notifications/push/subscribe', { body: { endpoint } }), 204);
  assertProblem(await carol.delete('/api/v1/notifications/push/subscribe', { body: { endpoint } }), 404);
});

test('keys that are no keys are refused', async () => {
  const endpoint = 'https://push.example/keys';
  const wrong: [unknown, string[]][] = [[{}, ['keys.p256dh', 'keys.auth']], [{ p256dh: KEYS.p256dh }, ['keys.auth']], [{ auth: KEYS.auth }, ['keys.p256dh']],
    [{ ...KEYS, more: 'x' }, ['keys.more']], [{ ...KEYS, auth: 'AAAA' }, ['keys']], [{ ...KEYS, auth: `${KEYS.auth}==` }, ['keys']],
    [{ ...KEYS, p256dh: 'A'.repeat(87) }, ['keys']], [{ ...KEYS, p256dh: KEYS.p256dh.replace(/4$/, '8') }, ['keys']],
    [{ ...KEYS, p256dh: KEYS.p256dh.slice(0, 44) }, ['keys']], [{ ...KEYS, p256dh: 7 }, ['keys.p256dh']], [{ ...KEYS, p256dh: '' }, ['keys']]];
  for (const [keys, fields] of wrong) {
    const problem = assertProblem(await carol.post('/api/v1/notifications/push/subscribe', { body: { endpoint, keys } as never }), 422, 'validation', JSON.stringify(keys));
    assert.deepEqual(problem.errors?.map(({ field }) => field), fields);
  }
});

test('an endpoint that is no https address is refused', async () => {
  for (const endpoint of ['ftp://push.example/x', 'file:///etc/passwd', 'https://', 'push.example/x', 'https://user:secret@push.example/x', 'javascript:alert(1)']) {
    const problem = assertProblem(await carol.post('/api/v1/notifications/push/subscribe', { body: { endpoint, keys: KEYS } }), 422, 'validation', endpoint);
    assert.deepEqual(problem.errors?.map(({ field }) => field), ['endpoint']);
  }
});

test('an endpoint inside the operator\'s network is never connected to', async () => {
  const strict = await World.start('push-strict');
  const stub = await stubbornService();
  const { port } = new URL(stub.endpoint);
  const person = strict.as('carol');
  const hosts = ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0177.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254', '10.0.0.1', '[fd00::1]', '[64:ff9b::7f00:1]'];
  for (const host of hosts) {
    const reply = await person.post('/api/v1/notifications/push/subscribe', { body: { endpoint: `https://${host}:${port}/${randomUUID()}`, keys: KEYS } });
    assert.ok([201, 422].includes(reply.status), `${host} ${reply.status}`);
  }
  for (const endpoint of [`${stub.endpoint}x`, 'http://push.example/x'])
    assertProblem(await person.post('/api/v1/notifications/push/subscribe', { body: { endpoint, keys: KEYS } }), 422, 'validation', endpoint);
  assertStatus(await strict.as('alice').post('/api/v1/users/{id}/follow', { path: { id: ids.carol } }), 200);
  await until('all to be tried', async () => (await strict.sql(`select count(*) > 0 and bool_and(state in ('done', 'failed', 'dead')) from jobs where kind = 'push.send'`)) === 't');
  assert.deepEqual(stub.requests, []);
});

test('no address of a browser is in the log', async () => {
  assert.ok(!world.server.log().includes('/notify/'));
  assert.ok(!world.server.log().includes(KEYS.auth));
});
