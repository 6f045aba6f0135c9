/** Renewing a session: a lost reply costs nothing, a stolen token gains nothing (ADR 0013). */
import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { assertProblem, assertStatus, cookiesOf, type Credentials } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { browser, emailOf, withCsrf, World } from '../support/world.ts';

const world = await World.start('refresh', { RATE_LIMIT_ENABLED: 'false' });
const api = world.visitor;

type Browser = Required<Omit<Credentials, 'token'>>;

const refresh = (as: Credentials, headers: Record<string, string> = {}) => api.post('/api/v1/auth/refresh', { as, body: {}, headers });
const byBody = (token: string, headers: Record<string, string> = {}) => api.post('/api/v1/auth/refresh', { body: { refresh_token: token }, headers });
/** The browser with the cookies of a reply. */
const after = (before: Browser, reply: { headers: Headers; status: number }): Browser =>
  ({ cookies: { ...before.cookies, ...cookiesOf(reply as never) }, csrf: before.csrf });
const stands = async (as: Credentials) => (await api.get('/api/v1/auth/me', { as })).status === 200;

const sessionOf = (as: Browser) => String((JSON.parse(Buffer.from(as.cookies['veza_access']!.split('.')[1]!, 'base64url').toString()) as { sid: string }).sid);
const endGrace = (as: Browser) => world.sql(`update sessions set refreshed_at = now() - interval '31 seconds' where id = '${sessionOf(as)}'`);

test('a lost reply of a refresh does not end the session', async () => {
  const bob = await browser(api, emailOf('bob'));
  const url = new URL(world.server.api);
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.pause(); /* nobody reads the reply */
  const cookies = Object.entries(bob.cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  socket.write(`POST /api/v1/auth/refresh HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: Radio/1\r\nCookie: ${cookies}\r\nX-CSRF-Token: ${bob.csrf}\r\n` +
    'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
  await until('the server to have renewed it', async () => (await world.sql(`select refresh_generation from sessions where id = '${sessionOf(bob)}'`)) === '1');
  socket.destroy();
  const again = await refresh(bob, { 'user-agent': 'Radio/1' });
  assertStatus(again, 200);
  const next = await refresh(after(bob, again), { 'user-agent': 'Radio/1' });
  assertStatus(next, 200);
  assert.ok(await stands(after(bob, next)));
});

test('of twenty refreshes with the same token, two are answered and the others lose nothing', async () => {
  const bob = await browser(api, emailOf('bob'));
  const replies = await Promise.all(Array.from({ length: 20 }, () => refresh(bob)));
  const winners = replies.filter((reply) => reply.status === 200), losers = replies.filter((reply) => reply.status !== 200);
  assert.equal(winners.length, 2, 'the renewal, and the grace for one whose reply was lost');
  for (const reply of losers) {
    assertProblem(reply, 401, 'refresh_superseded');
    assert.deepEqual(reply.headers.getSetCookie(), [], 'the cookies of the winner stay');
  }
  for (const reply of winners) {
    const winner = after(bob, reply);
    assert.equal(sessionOf(winner), sessionOf(bob), 'the same session');
    assert.ok(await stands(winner));
  }
  assertStatus(await refresh(after(bob, winners[1]!)), 200, 'whichever of the two the browser kept');
});

test('the grace is for one: a third use of a token gains nothing, and the session stays', async () => {
  const bob = await browser(api, emailOf('bob'));
  const first = await refresh(bob), second = await refresh(bob), third = await refresh(bob);
  assertStatus(first, 200);
  assertStatus(second, 200);
  assertProblem(third, 401, 'refresh_superseded');
  assert.deepEqual(third.headers.getSetCookie(), []);
  assert.ok(await stands(after(bob, second)));
});

test('a token that is used again after the grace ends the session for everybody', async () => {
  const bob = await browser(api, emailOf('bob'));
  const next = after(bob, await refresh(bob));
  await endGrace(bob);
  const replay = await refresh(bob);
  assertProblem(replay, 401, 'unauthenticated');
  assert.deepEqual(replay.headers.getSetCookie(), [], 'a new sign-in of another page may be there by now');
  assert.ok(!(await stands(next)));
  assertProblem(await refresh(next), 401, 'unauthenticated');
});

test('a stolen token ends the session at once when another client uses it', async () => {
  for (const thief of [
    (bob: Browser) => refresh(bob, { 'user-agent': 'Thief/1' }),
    (bob: Browser) => byBody(bob.cookies['veza_refresh']!),
    (bob: Browser) => refresh({ ...bob, cookies: { ...bob.cookies, veza_browser: 'A'.repeat(43) } }),
  ]) {
    const bob = await browser(api, emailOf('bob'));
    const next = after(bob, await refresh(bob));
    assertProblem(await thief(bob), 401, 'unauthenticated');
    assert.ok(!(await stands(next)));
    assertProblem(await refresh(next), 401, 'unauthenticated');
  }
});

test('the token of a lost reply is worth nothing once the session has gone on', async () => {
  const bob = await browser(api, emailOf('bob'));
  const lost = after(bob, await refresh(bob)), kept = after(bob, await refresh(bob));
  const on = after(kept, await refresh(kept));
  assert.ok(await stands(on));
  await endGrace(bob);
  assertProblem(await refresh(lost), 401, 'unauthenticated', 'somebody found the lost reply');
  assert.ok(!(await stands(on)), 'and the session ends');
});

test('only the immediate predecessor has a grace', async () => {
  const bob = await browser(api, emailOf('bob'));
  const second = after(bob, await refresh(bob)), third = after(bob, await refresh(second));
  assertProblem(await refresh(bob), 401, 'unauthenticated');
  assert.ok(!(await stands(third)));
});

test('a client without cookies has the grace too', async () => {
  const bob = await browser(api, emailOf('bob')), token = bob.cookies['veza_refresh']!;
  const first = await byBody(token), second = await byBody(token);
  assertStatus(first, 200);
  assertStatus(second, 200);
  assert.notEqual(first.body.refresh_token, second.body.refresh_token);
  assertProblem(await byBody(token), 401, 'refresh_superseded');
  assertStatus(await byBody(second.body.refresh_token!), 200);
});

test('no refused refresh deletes cookies', async () => {
  const bob = await browser(api, emailOf('bob'));
  await api.post('/api/v1/auth/logout', { as: bob });
  for (const as of [bob, await withCsrf(api, { veza_refresh: 'x'.repeat(43) })]) {
    const reply = await refresh(as);
    assertProblem(reply, 401, 'unauthenticated');
    assert.deepEqual(reply.headers.getSetCookie(), []);
  }
});
