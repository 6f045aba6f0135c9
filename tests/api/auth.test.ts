/** Accounts and sessions, as a browser and as a client with tokens see them. */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, cookiesOf, type Reply } from '../support/client.ts';
import { assertSameTime } from '../support/timing.ts';
import { until } from '../support/wait.ts';
import { browser, emailOf, PASSWORD, withCsrf, World } from '../support/world.ts';

const world = await World.start('auth', { FRONTEND_URL: 'https://veza.example', LOCKOUT_FAILURES: '1000' });
const api = world.visitor;
let people = 0;

async function register(more: { username?: string; email?: string; password?: string } = {}) {
  const username = more.username ?? `person${++people}`;
  const email = more.email ?? `${username}@example.org`;
  const reply = await api.post('/api/v1/auth/register', { body: { username, email, password: more.password ?? PASSWORD } });
  return { reply, username, email };
}

const decodePayload = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;

/** The newest mail to this address, as the .eml files have it. */
async function mailTo(email: string, after = 0): Promise<string> {
  const folder = path.join(world.server.dataDir, 'mail');
  return until(`a mail to ${email}`, () => {
    const mails = readdirSync(folder).filter((name) => name.endsWith('.eml')).map((name) => readFileSync(path.join(folder, name), 'utf8'))
      .filter((mail) => new RegExp(`^To:.*${email.replace(/[.+]/g, '\\$&')}`, 'im').test(mail));
    return mails.length > after ? mails.at(-1) : undefined;
  });
}

/** Undoes quoted-printable line breaks and escapes, where a mail has them. */
const plain = (mail: string) => !/^Content-Transfer-Encoding: quoted-printable/im.test(mail) ? mail : mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

function linkToken(mail: string): string {
  const found = plain(mail).match(/\/verify-email\?token=([A-Za-z0-9_-]{20,})/);
  assert.ok(found, `a link in ${plain(mail).slice(0, 500)}`);
  return found[1]!;
}

test('registration creates an account and signs in', async () => {
  const { reply, username, email } = await register();
  assertStatus(reply, 201);
  assert.equal(reply.body.token_type, 'Bearer');
  assert.equal(reply.body.user.username, username);
  assert.equal(reply.body.user.email, email);
  assert.equal(reply.body.user.role, 'user');
  assert.equal(reply.body.user.is_verified, false);
  assert.equal(reply.body.user.is_admin, false);
  const me = await api.get('/api/v1/auth/me', { as: { token: reply.body.access_token } });
  assertStatus(me, 200);
  assert.deepEqual(me.body, reply.body.user);
});

test('the session cookies are HttpOnly and SameSite, and Secure outside development', async () => {
  const lines = (reply: Reply) => reply.headers.getSetCookie();
  const { reply } = await register();
  assert.equal(lines(reply).length, 3);
  for (const line of lines(reply)) {
    assert.match(line, /; HttpOnly/i);
    assert.match(line, /; SameSite=Lax/i);
    assert.doesNotMatch(line, /; Secure/i);
  }
  const strict = await World.start('staging', { APP_ENV: 'staging' });
  const login = await strict.visitor.post('/api/v1/auth/login', { body: { email: emailOf('alice'), password: PASSWORD } });
  assertStatus(login, 200);
  for (const line of lines(login)) assert.match(line, /; Secure/i);
  assert.match(login.headers.get('strict-transport-security') ?? '', /max-age=\d{7,}/);
});

test('a name or an address that is taken is refused, in any case', async () => {
  const { username, email } = await register();
  assertProblem((await register({ username: username.toUpperCase(), email: 'other@example.org' })).reply, 409, 'username_taken');
  assertProblem((await register({ email: email.toUpperCase() })).reply, 409, 'email_taken');
});

test('of two registrations of one name at once, one wins', async () => {
  const replies = await Promise.all([1, 2, 3, 4].map((i) => register({ username: 'racer', email: `racer${i}@example.org` })));
  const statuses = replies.map(({ reply }) => reply.status).sort();
  assert.deepEqual(statuses, [201, 409, 409, 409]);
});

test('a password has 8 to 72 bytes, and all of them count', async () => {
  const longest = `${'ä'.repeat(30)}${'x'.repeat(12)}`;
  assert.equal(Buffer.byteLength(longest), 72);
  const { reply, email } = await register({ password: longest });
  assertStatus(reply, 201);
  assertProblem((await register({ password: `${longest}y` })).reply, 422, 'validation');
  assertProblem((await register({ password: `${'é'.repeat(36)}y` })).reply, 422, 'validation');
  assertProblem((await register({ password: 'seven77' })).reply, 422, 'validation');
  const login = (password: string) => api.post('/api/v1/auth/login', { body: { email, password } });
  assertStatus(await login(longest), 200);
  assertProblem(await login(longest.slice(0, -1)), 401, 'invalid_credentials');
  assertProblem(await login(`${longest}y`), 401, 'invalid_credentials');
});

test('a password may hold any characters', async () => {
  const { reply, email } = await register({ password: '  "quoted" \\ %s 🎧\t' });
  assertStatus(reply, 201);
  assertStatus(await api.post('/api/v1/auth/login', { body: { email, password: '  "quoted" \\ %s 🎧\t' } }), 200);
});

test('signing in works with the address in any case, and not with patterns', async () => {
  assertStatus(await api.post('/api/v1/auth/login', { body: { email: 'ALICE@example.org', password: PASSWORD } }), 200);
  for (const email of ['%@example.org', 'alice_@example.org', "alice'--@example.org", 'a%@example.org'])
    assertProblem(await api.post('/api/v1/auth/login', { body: { email, password: PASSWORD } }), 401, 'invalid_credentials');
});

test('an unknown address and a wrong password get the same answer in the same time', async (t) => {
  const texts = new Set<string>();
  const attempt = (email: string, password = 'wrong password') => async () => {
    const reply = await api.post('/api/v1/auth/login', { body: { email, password } });
    const { request_id: _, ...text } = assertProblem(reply, 401, 'invalid_credentials');
    texts.add(JSON.stringify(text));
  };
  await assertSameTime(t, attempt('nobody@example.org'), attempt(emailOf('alice')));
  /* No password is longer than 72 bytes, so one that is gets no hash, and what is around the hash shows by itself. */
  await assertSameTime(t, attempt('nobody@example.org', 'x'.repeat(100)), attempt(emailOf('alice'), 'x'.repeat(100)), 60, 300);
  assert.equal(texts.size, 1, 'the same text');
});

test('a name that is taken hides whether the address has an account: the same answer in the same time', async (t) => {
  const texts = new Set<string>();
  const attempt = (email: string) => async () => {
    const reply = await api.post('/api/v1/auth/register', { body: { username: 'alice', email, password: PASSWORD } });
    const { request_id: _, ...text } = assertProblem(reply, 409, 'username_taken');
    texts.add(JSON.stringify(text));
  };
  await assertSameTime(t, attempt('nobody@example.org'), attempt(emailOf('bob')));
  assert.equal(texts.size, 1, 'the same text');
});

test('a registration takes as long with a taken name as with a taken address', async (t) => {
  const attempt = (username: string, email: string, code: string) => async () => { assertProblem(await api.post('/api/v1/auth/register', { body: { username, email, password: PASSWORD } }), 409, code); };
  await assertSameTime(t, attempt('alice', 'nobody@example.org', 'username_taken'), attempt('nobody_yet', emailOf('alice'), 'email_taken'));
});

test('a disabled account cannot sign in, and its tokens stop working', async () => {
  const { reply, username, email } = await register();
  await world.sql(`update users set is_banned = true where username = '${username}'`);
  assertProblem(await api.get('/api/v1/auth/me', { as: { token: reply.body.access_token } }), 401, 'unauthenticated');
  assertProblem(await api.post('/api/v1/auth/login', { body: { email, password: PASSWORD } }), 403, 'account_disabled');
  assertProblem(await api.post('/api/v1/auth/login', { body: { email, password: 'wrong' } }), 401, 'invalid_credentials');
});

test('a refresh token works once and gives the next', async () => {
  const first = cookiesOf(await api.post('/api/v1/auth/login', { body: { email: emailOf('bob'), password: PASSWORD } }));
  const refresh = (token: string) => api.post('/api/v1/auth/refresh', { body: { refresh_token: token } });
  const second = await refresh(first['veza_refresh']!);
  assertStatus(second, 200);
  assert.ok(second.body.refresh_token && second.body.refresh_token !== first['veza_refresh']);
  assert.equal(second.body.user.username, 'bob');
  const third = await refresh(second.body.refresh_token);
  assertStatus(third, 200);
  assertStatus(await api.get('/api/v1/auth/me', { as: { token: third.body.access_token } }), 200);
});

test('refreshing by cookie keeps the token out of the body', async () => {
  const bob = await browser(api, emailOf('bob')), { cookies } = bob;
  const reply = await api.post('/api/v1/auth/refresh', { as: bob, body: {} });
  assertStatus(reply, 200);
  assert.equal(reply.body.refresh_token, undefined);
  const next = cookiesOf(reply);
  assert.ok(next['veza_refresh'] && next['veza_refresh'] !== cookies['veza_refresh']);
  assert.ok(next['veza_access'] && next['veza_access'] !== cookies['veza_access']);
});

test('an access token is no refresh token, nor the other way round', async () => {
  const jar = cookiesOf(await api.post('/api/v1/auth/login', { body: { email: emailOf('bob'), password: PASSWORD } }));
  assertProblem(await api.get('/api/v1/auth/me', { as: { token: jar['veza_refresh']! } }), 401);
  assertProblem(await api.get('/api/v1/auth/me', { as: { cookies: { veza_access: jar['veza_refresh']! } } }), 401);
  assertProblem(await api.post('/api/v1/auth/refresh', { body: {}, as: await withCsrf(api, { veza_refresh: jar['veza_access']! }) }), 401);
  assertProblem(await api.post('/api/v1/auth/refresh', { body: { refresh_token: jar['veza_access']!.slice(0, 200) } }), 401);
  assertProblem(await api.post('/api/v1/auth/refresh', { body: {} }), 401, 'unauthenticated');
});

test('signing out takes effect at once, for every token of the session and for no other', async () => {
  const one = await browser(api, emailOf('bob')), other = await browser(api, emailOf('bob'));
  const token = one.cookies['veza_access']!;
  assertStatus(await api.get('/api/v1/auth/me', { as: { token } }), 200);
  const reply = await api.post('/api/v1/auth/logout', { as: one });
  assertStatus(reply, 204);
  assert.deepEqual(cookiesOf(reply), {}, 'the cookies are removed');
  assert.equal(reply.headers.getSetCookie().length, 2);
  assertProblem(await api.get('/api/v1/auth/me', { as: { token } }), 401, 'unauthenticated');
  assertProblem(await api.post('/api/v1/auth/refresh', { body: {}, as: one }), 401, 'unauthenticated');
  assertStatus(await api.get('/api/v1/auth/me', { as: { cookies: other.cookies } }), 200);
});

test('an access token lives as long as expires_in says', async () => {
  const short = await World.start('short', { ACCESS_TOKEN_S: '1' });
  const reply = await short.visitor.post('/api/v1/auth/login', { body: { email: emailOf('bob'), password: PASSWORD } });
  assertStatus(reply, 200);
  assert.ok('access_token' in reply.body);
  assert.equal(reply.body.expires_in, 1);
  assert.equal(Number(decodePayload(reply.body.access_token)['exp']) - Number(decodePayload(reply.body.access_token)['iat']), 1);
  const cookies = cookiesOf(reply);
  await until('the token to expire', async () => (await short.visitor.get('/api/v1/auth/me', { as: { cookies } })).problem?.code === 'token_expired');
  const asVisitor = await short.visitor.get('/api/v1/tracks', { as: { cookies } });
  assertStatus(asVisitor, 200);
  assert.equal(asVisitor.headers.get('X-Session'), 'expired', 'an answer for visitors says that the cookie was no longer good');
  const renewed = await short.visitor.post('/api/v1/auth/refresh', { body: {}, as: await withCsrf(short.visitor, cookies) });
  assertStatus(renewed, 200);
  const alone = await short.visitor.post('/api/v1/auth/refresh', { body: {}, as: await withCsrf(short.visitor, { veza_refresh: cookiesOf(renewed)['veza_refresh']! }) });
  assertStatus(alone, 200);
  assertStatus(await short.visitor.get('/api/v1/auth/me', { as: { cookies: cookiesOf(alone) } }), 200);
  assert.equal((await short.visitor.get('/api/v1/tracks')).headers.get('X-Session'), null);
});

test('the link in the mail verifies the address, once', async () => {
  const { reply, email, username } = await register();
  const mail = await mailTo(email);
  assert.match(mail, /^Subject: \S/m);
  assert.match(plain(mail), /https:\/\/veza\.example\/verify-email\?token=/);
  const token = linkToken(mail);
  const verified = await api.post('/api/v1/auth/verify-email', { body: { token } });
  assertStatus(verified, 200);
  assert.deepEqual(verified.body, { verified: true, username });
  assert.equal((await api.get('/api/v1/auth/me', { as: { token: reply.body.access_token } })).body.is_verified, true);
  assertProblem(await api.post('/api/v1/auth/verify-email', { body: { token } }), 410, 'token_invalid');
});

test('a link that is made up, cut or expired verifies nothing', async () => {
  const { email, username } = await register();
  const token = linkToken(await mailTo(email));
  for (const wrong of ['A'.repeat(43), token.slice(0, -1), `${token}A`, token.toLowerCase()])
    assertProblem(await api.post('/api/v1/auth/verify-email', { body: { token: wrong } }), 410, 'token_invalid');
  await world.sql(`update user_tokens set expires_at = now() - interval '1 second' where user_id = (select id from users where username = '${username}')`);
  assertProblem(await api.post('/api/v1/auth/verify-email', { body: { token } }), 410, 'token_invalid');
});

test('of two that use one link at once, one wins', async () => {
  const { email } = await register();
  const token = linkToken(await mailTo(email));
  const replies = await Promise.all([1, 2, 3, 4].map(() => api.post('/api/v1/auth/verify-email', { body: { token } })));
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 410, 410, 410]);
});

test('asking for the mail again answers the same whether the address is known, verified or neither', async () => {
  const { email } = await register();
  const answers = new Set<string>();
  for (const address of [email, emailOf('alice'), 'nobody@example.org', email.toUpperCase()]) {
    const reply = await api.post('/api/v1/auth/resend-verification', { body: { email: address } });
    assertStatus(reply, 202);
    answers.add(reply.bytes.toString());
  }
  assert.equal(answers.size, 1);
});

test('a mail asked for again carries a new link, and the old one stops working', async () => {
  const { email, username } = await register();
  const old = linkToken(await mailTo(email));
  await world.sql(`update user_tokens set created_at = now() - interval '1 hour' where user_id = (select id from users where username = '${username}')`);
  assertStatus(await api.post('/api/v1/auth/resend-verification', { body: { email } }), 202);
  const fresh = await until('a second link', async () => {
    const folder = path.join(world.server.dataDir, 'mail');
    const tokens = readdirSync(folder).filter((name) => name.endsWith('.eml')).map((name) => readFileSync(path.join(folder, name), 'utf8'))
      .filter((mail) => mail.includes(email)).map(linkToken);
    return tokens.find((token) => token !== old);
  });
  assertProblem(await api.post('/api/v1/auth/verify-email', { body: { token: old } }), 410, 'token_invalid');
  assertStatus(await api.post('/api/v1/auth/verify-email', { body: { token: fresh } }), 200);
});

test('check-username tells free, taken, invalid and reserved apart', async () => {
  const check = async (username: string) => (await api.get('/api/v1/auth/check-username', { query: { username } })).body;
  assert.deepEqual(await check('somebody.new'), { username: 'somebody.new', available: true, reason: null });
  assert.deepEqual(await check('Alice'), { username: 'Alice', available: false, reason: 'taken' });
  assert.deepEqual(await check('a'), { username: 'a', available: false, reason: 'invalid' });
  assert.deepEqual(await check('with space'), { username: 'with space', available: false, reason: 'invalid' });
  assert.deepEqual(await check('Admin'), { username: 'Admin', available: false, reason: 'reserved' });
});

test('a reserved name cannot be registered', async () => {
  assertProblem((await register({ username: 'Admin', email: 'x@example.org' })).reply, 409, 'username_taken');
});

test('a CSRF token belongs to its session, and a bearer token needs none', async () => {
  const bob = await browser(api, emailOf('bob')), alice = await browser(api, emailOf('alice'));
  assert.notEqual(bob.csrf, alice.csrf);
  assertProblem(await api.post('/api/v1/ws/ticket', { as: { cookies: bob.cookies } }), 403, 'csrf_failed');
  assertProblem(await api.post('/api/v1/ws/ticket', { as: { cookies: bob.cookies, csrf: alice.csrf } }), 403, 'csrf_failed');
  assertStatus(await api.post('/api/v1/ws/ticket', { as: bob }), 201);
  assertStatus(await api.post('/api/v1/ws/ticket', { as: { token: bob.cookies['veza_access']! } }), 201);
  const renewed = await api.post('/api/v1/auth/refresh', { body: {}, as: bob });
  const cookies = cookiesOf(renewed);
  const token = await api.get('/api/v1/csrf-token', { as: { cookies } });
  assertStatus(await api.post('/api/v1/ws/ticket', { as: { cookies, csrf: token.body.csrf_token } }), 201);
});

test('one click makes a creator, once and for all', async () => {
  const { reply } = await register();
  const as = { token: reply.body.access_token };
  const changed = await api.post('/api/v1/users/me/creator', { as });
  assertStatus(changed, 200);
  assert.equal(changed.body.role, 'content_creator');
  assert.equal((await api.post('/api/v1/users/me/creator', { as })).body.role, 'content_creator');
  assert.equal((await api.get('/api/v1/auth/me', { as })).body.role, 'content_creator');
});

test('where the operator approves creators, asking leaves the role as it is', async () => {
  const strict = await World.start('approval', { CREATOR_APPROVAL: 'true' });
  const reply = await strict.as('bob').post('/api/v1/users/me/creator');
  assertStatus(reply, 200);
  assert.equal(reply.body.role, 'user');
  assert.equal((await strict.visitor.get('/api/v1/status')).body.creator_approval, true);
});

test('no secret reaches the log', async () => {
  const { reply, email } = await register({ password: 'a password for the log' });
  const jar = cookiesOf(reply);
  const token = linkToken(await mailTo(email));
  await api.post('/api/v1/auth/refresh', { body: { refresh_token: jar['veza_refresh']! } });
  const log = world.server.log();
  for (const secret of ['a password for the log', PASSWORD, jar['veza_refresh']!, jar['veza_access']!.split('.')[2]!])
    assert.ok(!log.includes(secret), `the log holds ${secret.slice(0, 12)}…`);
  assert.ok(token.length > 20);
});
