/** Where people are signed in, and how it ends. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus, cookiesOf, type Credentials } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { login, withCsrf, World, type Person } from '../support/world.ts';

const world = await World.start('sessions');
const visitor = world.visitor;

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const EDGE = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0';
const TABLET = 'Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

interface SignedIn {
  as: Credentials;
  cookies: Required<Omit<Credentials, 'token'>>;
}

async function signIn(person: Person, agent = FIREFOX): Promise<SignedIn> {
  const reply = await login(world, person, { 'user-agent': agent });
  assertStatus(reply, 200);
  if (!('access_token' in reply.body)) throw new Error('a second factor was asked for');
  return { as: { token: reply.body.access_token }, cookies: await withCsrf(visitor, cookiesOf(reply)) };
}

async function list(as: Credentials) {
  const reply = await visitor.get('/api/v1/sessions', { as });
  assertStatus(reply, 200);
  return reply.body.items;
}

const current = async (as: Credentials) => (await list(as)).find((one) => one.is_current)!.id;

test('each session says on which device it is, and which one is this', async () => {
  const phone = await signIn('alice', IPHONE);
  for (const agent of [FIREFOX, EDGE, TABLET, 'curl/8.5.0', '<script>alert(1)</script>']) await signIn('alice', agent);
  const items = await list(phone.as);
  assert.equal(items[0]!.is_current, true);
  assert.equal(items.filter((one) => one.is_current).length, 1);
  assert.deepEqual([items[0]!.device, items[0]!.device_kind, items[0]!.user_agent, items[0]!.ip_address], ['Safari on iPhone', 'mobile', IPHONE, '127.0.0.1']);
  const devices = items.map((one) => `${one.device} (${one.device_kind})`);
  for (const expected of ['Firefox on Linux (desktop)', 'Edge on Windows (desktop)', 'Chrome on Android (tablet)', 'curl (other)', 'Unknown device (other)'])
    assert.ok(devices.includes(expected), `${expected} in ${devices.join(', ')}`);
  assert.ok(items.every((one) => !JSON.stringify(one).includes('token')), 'no secrets');
});

test('ending one session counts at once, for its access token, its refresh token and its WebSocket', async () => {
  const here = await signIn('bob'), there = await signIn('bob', EDGE);
  const ticket = await visitor.post('/api/v1/ws/ticket', { as: there.as });
  const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
  await new Promise((resolve) => socket.once('open', resolve));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const id = await current(there.as);
  assertStatus(await visitor.delete('/api/v1/sessions/{session_id}', { path: { session_id: id }, as: here.as }), 204);
  assertProblem(await visitor.get('/api/v1/auth/me', { as: there.as }), 401, 'unauthenticated');
  assertProblem(await visitor.post('/api/v1/sessions/refresh', { as: there.cookies, body: {} }), 401, 'unauthenticated');
  assert.equal(await closed, 1008);
  assert.ok(!(await list(here.as)).some((one) => one.id === id));
  assertProblem(await visitor.delete('/api/v1/sessions/{session_id}', { path: { session_id: id }, as: here.as }), 404, 'not_found', 'twice');
});

test('a session that ends in another process closes its WebSocket here', async () => {
  const here = await signIn('mia');
  const ticket = await visitor.post('/api/v1/ws/ticket', { as: here.as });
  const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
  await new Promise((resolve) => socket.once('open', resolve));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await world.sql(`update sessions set revoked_at = now() where id = '${await current(here.as)}'`);
  assert.equal(await closed, 1008);
});

test('nobody ends or sees the session of somebody else', async () => {
  const alice = await signIn('alice'), root = await signIn('root');
  const id = await current(alice.as);
  assertProblem(await visitor.delete('/api/v1/sessions/{session_id}', { path: { session_id: id }, as: root.as }), 404);
  assertStatus(await visitor.get('/api/v1/auth/me', { as: alice.as }), 200);
  assert.ok(!(await list(root.as)).some((one) => one.id === id));
});

test('ending this session is signing out', async () => {
  const { cookies } = await signIn('carol');
  const reply = await visitor.delete('/api/v1/sessions/{session_id}', { path: { session_id: await current(cookies) }, as: cookies });
  assertStatus(reply, 204);
  assert.equal(reply.headers.getSetCookie().filter((line) => /max-age=0/i.test(line)).length, 2);
  assertProblem(await visitor.get('/api/v1/auth/me', { as: cookies }), 401);
  const again = await signIn('carol');
  assertStatus(await visitor.post('/api/v1/sessions/logout', { as: again.cookies }), 204);
  assertProblem(await visitor.get('/api/v1/auth/me', { as: again.cookies }), 401);
});

test('all others end and this one stays', async () => {
  const here = await signIn('dave'), there = await signIn('dave'), mia = world.as('mia');
  const reply = await visitor.post('/api/v1/sessions/logout-others', { as: here.as });
  assertStatus(reply, 200);
  assert.equal(reply.body.ended, 2, 'the one of the template too');
  assertStatus(await visitor.get('/api/v1/auth/me', { as: here.as }), 200);
  assertProblem(await visitor.get('/api/v1/auth/me', { as: there.as }), 401);
  assertStatus(await mia.get('/api/v1/auth/me'), 200, 'other people are left alone');
  assert.equal((await visitor.post('/api/v1/sessions/logout-others', { as: here.as })).body.ended, 0);
});

test('signing out everywhere ends this one too', async () => {
  const here = await signIn('dave'), there = await signIn('dave');
  const reply = await visitor.post('/api/v1/sessions/logout-all', { as: here.cookies });
  assertStatus(reply, 200);
  assert.ok(reply.body.ended >= 2);
  assert.equal(reply.headers.getSetCookie().filter((line) => /max-age=0/i.test(line)).length, 2);
  for (const as of [here.as, there.as, here.cookies, there.cookies]) assertProblem(await visitor.get('/api/v1/auth/me', { as }), 401);
  assertProblem(await visitor.post('/api/v1/auth/refresh', { as: there.cookies, body: {} }), 401);
  assertStatus(await visitor.get('/api/v1/auth/me', { as: (await signIn('dave')).as }), 200, 'and one may come back');
});

test('statistics count what is active and what has ended', async () => {
  const { as } = await signIn('dave', IPHONE);
  await signIn('dave', FIREFOX);
  const stats = await visitor.get('/api/v1/sessions/stats', { as });
  assertStatus(stats, 200);
  assert.equal(stats.body.active, (await list(as)).length);
  assert.ok(stats.body.ended_30_days >= 4 && stats.body.signed_in_30_days > stats.body.active);
  assert.equal(stats.body.addresses, 1);
  const devices = stats.body.devices as { device_kind: string; active: number }[];
  assert.equal(devices.find((one) => one.device_kind === 'mobile')?.active, 1);
  await world.sql(`update sessions set expires_at = now() - interval '1 second' where user_agent = '${FIREFOX}' and user_id = (select id from users where username = 'dave')`);
  assert.equal((await visitor.get('/api/v1/sessions/stats', { as })).body.active, (await list(as)).length, 'an expired one is not active');
});

test('a session is refreshed once with each token, and its cookies are new', async () => {
  const { cookies } = await signIn('carol');
  const reply = await visitor.post('/api/v1/sessions/refresh', { as: cookies, body: {} });
  assertStatus(reply, 200);
  const next = await withCsrf(visitor, cookiesOf(reply));
  assertStatus(await visitor.get('/api/v1/sessions', { as: next }), 200);
  assertProblem(await visitor.post('/api/v1/sessions/refresh', { as: cookies, body: {}, headers: { 'user-agent': EDGE } }), 401, 'unauthenticated');
  await until('the family to end', async () => (await visitor.get('/api/v1/auth/me', { as: next })).status === 401);
});
