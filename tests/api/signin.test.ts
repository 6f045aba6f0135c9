/** What guards signing in: new passwords by mail, locks after too many attempts, the history of both. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertProblem, assertStatus, cookiesOf, type Reply } from '../support/client.ts';
import { linkToken, mailsTo, subjectOf } from '../support/mail.ts';
import { exchange, request11 } from '../support/raw.ts';
import { Server } from '../support/server.ts';
import { assertSameTime } from '../support/timing.ts';
import { codeOf } from '../support/totp.ts';
import { until } from '../support/wait.ts';
import { cluster, emailOf, PASSWORD, template, World } from '../support/world.ts';

const LIMITS = { LOCKOUT_FAILURES: '3', LOCKOUT_S: '900' };
const world = await World.start('signin', { FRONTEND_URL: 'https://veza.example', ...LIMITS });
const api = world.visitor;
let people = 0;

async function register(language = 'en') {
  const username = `signin${++people}`, email = `${username}@example.org`;
  const reply = await api.post('/api/v1/auth/register', { body: { username, email, password: PASSWORD }, headers: { 'accept-language': language } });
  assertStatus(reply, 201);
  return { username, email, token: reply.body.access_token, cookies: cookiesOf(reply), id: reply.body.user.id };
}

const login = (email: string, password = PASSWORD, headers: Record<string, string> = {}) => api.post('/api/v1/auth/login', { body: { email, password }, headers });
const ask = (email: string) => api.post('/api/v1/auth/password/reset-request', { body: { email } });
const reset = (token: string, password: string) => api.post('/api/v1/auth/password/reset', { body: { token, password } });
const unlock = (email: string) => world.sql(`delete from login_failures where email_hash = login_key('${email}')`);

/** What a reply says, without what differs between any two. */
function said(reply: Reply): string {
  const { request_id: _, ...text } = reply.body as Record<string, unknown>;
  return JSON.stringify([reply.status, text]);
}

test('the link in the mail sets a new password, and the old one is gone', async () => {
  const { email } = await register();
  assertStatus(await ask(email), 202);
  const token = await linkToken(world.server, email, 'reset-password');
  assertStatus(await reset(token, 'a new password'), 200);
  assertProblem(await login(email), 401, 'invalid_credentials');
  assertStatus(await login(email, 'a new password'), 200);
});

test('a new password ends every session of the account, and nobody else\'s', async () => {
  const { email, token, cookies, username } = await register();
  const version = () => world.sql(`select token_version from users where username = '${username}'`);
  const other = cookiesOf(await login(email));
  const before = Number(await version());
  await ask(email);
  assertStatus(await reset(await linkToken(world.server, email, 'reset-password'), 'a new password'), 200);
  assert.equal(Number(await version()), before + 1);
  for (const old of [token, other['veza_access']!]) assertProblem(await api.get('/api/v1/auth/me', { as: { token: old } }), 401, 'unauthenticated');
  for (const old of [cookies, other]) assertProblem(await api.post('/api/v1/auth/refresh', { body: { refresh_token: old['veza_refresh']! } }), 401, 'unauthenticated');
  assertStatus(await world.as('alice').get('/api/v1/auth/me'), 200);
});

test('a link for a new password works once', async () => {
  const { email } = await register();
  await ask(email);
  const token = await linkToken(world.server, email, 'reset-password');
  assertStatus(await reset(token, 'a new password'), 200);
  assertProblem(await reset(token, 'another password'), 410, 'token_invalid');
  assertStatus(await login(email, 'a new password'), 200);
});

test('of those who race with one link, one wins', async () => {
  const { email } = await register();
  await ask(email);
  const token = await linkToken(world.server, email, 'reset-password');
  const replies = await Promise.all([1, 2, 3, 4, 5].map((i) => reset(token, `new password ${i}`)));
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 410, 410, 410, 410]);
  const winner = replies.findIndex((reply) => reply.status === 200) + 1;
  assertStatus(await login(email, `new password ${winner}`), 200);
});

test('a link that is made up, expired or meant for something else sets no password', async () => {
  const { email, id } = await register();
  const verification = await linkToken(world.server, email, 'verify-email');
  await ask(email);
  const token = await linkToken(world.server, email, 'reset-password');
  for (const wrong of ['A'.repeat(43), token.slice(1), `${token}A`, verification]) assertProblem(await reset(wrong, 'a new password'), 410, 'token_invalid');
  assertProblem(await api.post('/api/v1/auth/verify-email', { body: { token } }), 410, 'token_invalid');
  await world.sql(`update user_tokens set expires_at = now() - interval '1 second' where user_id = '${id}' and purpose = 'reset_password'`);
  assertProblem(await reset(token, 'a new password'), 410, 'token_invalid');
  assertStatus(await login(email), 200);
});

test('a link stops working when the address of the account has changed', async () => {
  const { email, id } = await register();
  await ask(email);
  const token = await linkToken(world.server, email, 'reset-password');
  await world.sql(`update users set email = 'moved@example.org' where id = '${id}'`);
  assertProblem(await reset(token, 'a new password'), 410, 'token_invalid');
});

test('a newer link replaces the one before it, and there is at most one mail a minute', async () => {
  const { email, id } = await register();
  await ask(email);
  const first = await linkToken(world.server, email, 'reset-password');
  const done = () => until('the job to be done', async () => (await world.sql(`select state from jobs where dedupe_key = 'reset:' || login_key('${email}')`)) === 'done');
  await done();
  await ask(email);
  await done();
  assert.equal(mailsTo(world.server, email).filter((mail) => mail.includes('/reset-password')).length, 1);
  await world.sql(`update user_tokens set created_at = now() - interval '1 hour' where user_id = '${id}'`);
  await ask(email);
  const second = await linkToken(world.server, email, 'reset-password', [first]);
  assertProblem(await reset(first, 'a new password'), 410, 'token_invalid');
  assertStatus(await reset(second, 'a new password'), 200);
});

test('the mail speaks the language of the account', async () => {
  for (const [language, word] of [['en', 'password'], ['fr', 'mot de passe'], ['es', 'contraseña']] as const) {
    const { email } = await register(language);
    await ask(email);
    await linkToken(world.server, email, 'reset-password');
    const mail = mailsTo(world.server, email).find((one) => one.includes('/reset-password'))!;
    assert.ok(subjectOf(mail).includes(word), subjectOf(mail));
    assert.match(mail, /https:\/\/veza\.example\/reset-password\?token=/);
  }
});

test('asking for a new password answers the same in the same time for known and unknown addresses', async (t) => {
  const known = Object.keys(template.tokens).map((name) => `${name}@example.org`), unknown = known.map((email) => `no.${email}`);
  const answers = new Set<string>();
  const asked = (list: string[]) => async (i: number) => {
    const reply = await ask(list[i % list.length]!);
    assertStatus(reply, 202);
    answers.add(reply.bytes.toString());
  };
  await assertSameTime(t, asked(known), asked(unknown), 60, 300);
  assert.equal(answers.size, 1, 'the same text');
  for (const email of unknown) assert.deepEqual(mailsTo(world.server, email), []);
});

test('too many wrong passwords lock an address, also for the right one', async () => {
  const { email } = await register();
  for (let i = 0; i < 3; i++) assertProblem(await login(email, 'wrong password'), 401, 'invalid_credentials');
  const refused = await login(email);
  assertProblem(refused, 429, 'account_locked');
  const wait = Number(refused.headers.get('retry-after'));
  assert.ok(wait > 50 && wait <= 60, `Retry-After ${wait}`);
});

test('each further failure makes the next attempt wait twice as long, up to LOCKOUT_S', async () => {
  const { email } = await register();
  for (let i = 0; i < 3; i++) await login(email, 'wrong password');
  for (const longest of [60, 120, 240, 480, 900, 900]) {
    const refused = await login(email);
    assertProblem(refused, 429, 'account_locked');
    const wait = Number(refused.headers.get('retry-after'));
    assert.ok(wait > longest - 20 && wait <= longest, `Retry-After ${wait} of ${longest}`);
    await world.sql(`update login_failures set locked_until = now() where email_hash = login_key('${email}')`);
    await world.server.forgetShared(); /* it remembers until when the address is locked */
    assertProblem(await login(email, 'wrong password'), 401, 'invalid_credentials');
  }
});

test('a stranger\'s attempts keep the owner out neither on a known browser, nor in another network, nor by a link in a mail', async () => {
  const there = await World.start('strangers', { TRUSTED_PROXIES: '127.0.0.1', FRONTEND_URL: 'https://veza.example', RATE_LIMIT_ENABLED: 'false', ...LIMITS });
  const attempt = (email: string, password: string, network: string, cookies: Record<string, string> = {}) =>
    there.visitor.post('/api/v1/auth/login', { body: { email, password }, headers: { 'x-forwarded-for': network }, as: { cookies } });
  const email = emailOf('bob');
  const known = cookiesOf(await attempt(email, PASSWORD, '192.0.2.1'));
  const browser = { veza_browser: known['veza_browser']! };
  for (const one of [email, 'no.such@example.org']) {
    for (let i = 0; i < 3; i++) assertProblem(await attempt(one, 'guess', '2001:db8:1:2::1'), 401, 'invalid_credentials');
    assertProblem(await attempt(one, 'guess', '2001:db8:1:2:ffff::9'), 429, 'account_locked', 'the same /64');
  }
  assertStatus(await attempt(email, PASSWORD, '2001:db8:1:2::1', browser), 200, 'on a known browser, in the very network');
  assertProblem(await attempt(email, PASSWORD, '2001:db8:1:2::1', { veza_browser: 'A'.repeat(43) }), 429, 'account_locked', 'a made-up cookie is no known browser');
  assertStatus(await attempt(email, PASSWORD, '192.0.2.77'), 200, 'in another network');
  assertProblem(await attempt(email, PASSWORD, '2001:db8:1:2::1'), 429, 'account_locked', 'and that forgets nothing of the stranger\'s');

  for (const one of [email, 'no.such@example.org']) {
    for (let i = 0; i < 30; i++) await attempt(one, 'guess', `198.51.100.${i}`);
    assertProblem(await attempt(one, PASSWORD, '203.0.113.5'), 429, 'account_locked', 'many networks together have a bound too');
  }
  assertStatus(await attempt(email, PASSWORD, '203.0.113.5', browser), 200);
  await there.visitor.post('/api/v1/auth/password/reset-request', { body: { email } });
  const token = await linkToken(there.server, email, 'reset-password');
  const reply = await there.visitor.post('/api/v1/auth/password/reset', { body: { token, password: 'a new password' }, headers: { 'x-forwarded-for': '203.0.113.9' } });
  assertStatus(reply, 200);
  for (let i = 0; i < 31; i++) await attempt(email, 'guess', `198.51.100.${i}`);
  assertProblem(await attempt(email, 'a new password', '203.0.113.9'), 429, 'account_locked');
  assertStatus(await attempt(email, 'a new password', '203.0.113.9', { veza_browser: cookiesOf(reply)['veza_browser']! }), 200, 'the browser that used the link');
});

test('every proof of the password is guarded', async () => {
  const guesses: [string, (as: { token: string }, password: string, id: string) => Promise<Reply>][] = [
    ['change', (as, password) => api.put('/api/v1/users/me/password', { body: { current_password: password, new_password: 'another good one' }, as })],
    ['step-up', (as, password) => api.post('/api/v1/auth/step-up', { body: { password }, as })],
    ['second factor', (as, password) => api.post('/api/v1/auth/2fa/setup', { body: { password }, as })],
    ['passkey', (as, password) => api.post('/api/v1/auth/passkeys/register/begin', { body: { password }, as })],
    ['deletion', (as, password, id) => api.delete('/api/v1/users/{id}', { path: { id }, body: { password }, as })],
  ];
  for (const [name, guess] of guesses) {
    const { token, id, email } = await register();
    for (let i = 0; i < 3; i++) assert.ok([403, 422].includes((await guess({ token }, `guess ${i}`, id)).status), name);
    assertProblem(await guess({ token }, PASSWORD, id), 429, 'account_locked', name);
    assertStatus(await login(email), 200, `${name}: the guesses of a session keep nobody else out`);
  }
});

test('a new password ends what was begun with the old one', async () => {
  const begun = async () => {
    const person = await register(), as = { token: person.token };
    const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
    const verified = await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as });
    const codes = verified.body.recovery_codes;
    assertStatus(await api.post('/api/v1/auth/2fa/step-up', { body: { code: codes[0]! }, as }), 200);
    const first = await login(person.email);
    assert.ok('mfa_token' in first.body);
    assertStatus(await api.post('/api/v1/auth/passkeys/register/begin', { body: { password: PASSWORD }, as }), 200);
    await ask(person.email);
    return { ...person, as, code: codes[1]!, mfa_token: first.body.mfa_token, link: await linkToken(world.server, person.email, 'reset-password') };
  };
  const pending = (id: string) => world.sql(`select (select count(*) from mfa_challenges where user_id = '${id}') + (select count(*) from webauthn_challenges where user_id = '${id}')
    + (select count(*) from user_tokens where user_id = '${id}' and purpose = 'reset_password' and used_at is null)`);
  const changed = await begun();
  assert.equal(await pending(changed.id), '3');
  assertStatus(await api.put('/api/v1/users/me/password', { body: { current_password: PASSWORD, new_password: 'another good one' }, as: changed.as }), 200);
  assert.equal(await pending(changed.id), '0');
  assertProblem(await api.post('/api/v1/auth/login/2fa', { body: { mfa_token: changed.mfa_token, code: changed.code } }), 401, 'mfa_token_invalid');
  assertProblem(await reset(changed.link, 'a third password'), 410, 'token_invalid');

  const forgotten = await begun();
  assertStatus(await reset(forgotten.link, 'another good one'), 200);
  assert.equal(await pending(forgotten.id), '0');
  assertProblem(await api.post('/api/v1/auth/login/2fa', { body: { mfa_token: forgotten.mfa_token, code: forgotten.code } }), 401, 'mfa_token_invalid');
});

test('a token of the first step is bound to the password that it was made with', async () => {
  const { id, email, token } = await register(), as = { token };
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
  const verified = await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as });
  const first = await login(email);
  assert.ok('mfa_token' in first.body);
  await world.sql(`update mfa_challenges set password_generation = password_generation - 1 where user_id = '${id}'`); /* as if it came just after the change */
  assertProblem(await api.post('/api/v1/auth/login/2fa', { body: { mfa_token: first.body.mfa_token, code: verified.body.recovery_codes[0]! } }), 401, 'mfa_token_invalid');
});

test('no session is opened with a password that is changed meanwhile', async () => {
  const { id, email } = await register();
  const replies = [];
  const lock = world.sql(`begin; select from users where id = '${id}' for update; select pg_sleep(3); update users set password_hash = password_hash || 'x' where id = '${id}'; commit`);
  await until('the row to be locked', async () => (await world.sql(`select count(*) from pg_stat_activity where query like '%pg_sleep(3)%' and wait_event = 'PgSleep'`)) === '1');
  replies.push(await login(email));
  await lock;
  assertProblem(replies[0]!, 401, 'invalid_credentials');
  assert.equal(await world.sql(`select count(*) from sessions where user_id = '${id}'`), '1', 'that of the registration');
});

test('API keys survive a new password visibly, or end with it', async () => {
  const { token, email } = await register(), as = { token };
  const key = async (name: string) => (await api.post('/api/v1/developer/api-keys', { body: { name, scopes: ['tracks:read'] }, as })).body.key;
  const works = async (one: string) => (await api.get('/api/v1/tracks', { as: { token: one }, query: { mine: true } })).status === 200;
  const first = await key('First'), second = await key('Second');
  const kept = await api.put('/api/v1/users/me/password', { body: { current_password: PASSWORD, new_password: 'another good one' }, as });
  assertStatus(kept, 200);
  assert.equal(kept.body.api_keys_left, 2);
  assert.ok(await works(first) && await works(second));
  await until('the notice that counts them', async () => (await api.get('/api/v1/notifications', { as })).body.items.some(({ type, data }) => type === 'account.password_changed' && (data as { keys?: string }).keys === '2'));
  await ask(email);
  const link = await linkToken(world.server, email, 'reset-password');
  const reply = await api.post('/api/v1/auth/password/reset', { body: { token: link, password: 'a third password', revoke_api_keys: true } });
  assertStatus(reply, 200);
  assert.equal(reply.body.api_keys_left, 0);
  assert.ok(!(await works(first)) && !(await works(second)));
});

test('an address without an account is locked just the same: a lock reveals nobody', async () => {
  const { email } = await register();
  const known: string[] = [], unknown: string[] = [];
  for (let i = 0; i < 5; i++) {
    known.push(said(await login(email, 'wrong password')));
    unknown.push(said(await login('no.such@example.org', 'wrong password')));
  }
  assert.deepEqual(known, unknown);
  assert.match(known[4]!, /account_locked/);
  assert.equal(await world.sql(`select count(*) from login_failures where email_hash like '%@%'`), '0', 'no address in clear');
});

test('the address counts in any case, and a lock on one address leaves others alone', async () => {
  const { email } = await register();
  for (const spelled of [email, email.toUpperCase(), email.replace('signin', 'SignIn')]) assertProblem(await login(spelled, 'wrong password'), 401);
  assertProblem(await login(email.toUpperCase()), 429, 'account_locked');
  assertStatus(await login(emailOf('bob')), 200);
});

test('a right password makes earlier wrong ones forgotten', async () => {
  const { email } = await register();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 2; i++) assertProblem(await login(email, 'wrong password'), 401);
    assertStatus(await login(email), 200);
  }
});

test('attempts at a locked address do not prolong the lock, which ends by itself', async () => {
  const brief = await World.start('brief-lock', { LOCKOUT_FAILURES: '3', LOCKOUT_S: '3' });
  const attempt = (password: string) => brief.visitor.post('/api/v1/auth/login', { body: { email: emailOf('alice'), password } });
  const until_ = () => brief.sql(`select locked_until from login_failures where email_hash = login_key('${emailOf('alice')}')`);
  for (let i = 0; i < 3; i++) await attempt('wrong password');
  const before = await until_();
  assertProblem(await attempt('wrong password'), 429);
  assert.equal(await until_(), before);
  await until('the lock to end', async () => (await attempt('wrong password')).status === 401);
  /* One more failure locked it once more (ADR 0014). */
  await until('that lock to end', async () => (await attempt(PASSWORD)).status === 200);
});

test('wrong passwords long ago do not count', async () => {
  const { email } = await register();
  for (let i = 0; i < 2; i++) await login(email, 'wrong password');
  await world.sql(`update login_failures set attempted_at = now() - interval '25 hours' where email_hash = login_key('${email}')`);
  for (let i = 0; i < 2; i++) assertProblem(await login(email, 'wrong password'), 401);
  assertStatus(await login(email), 200);
});

test('attempts at once get no more guesses than attempts in a row', async () => {
  const { email } = await register();
  const replies = await Promise.all(Array.from({ length: 16 }, (_, i) => login(email, `guess ${i}`)));
  assert.equal(replies.filter((reply) => reply.status === 401).length, 3);
  assert.equal(replies.filter((reply) => reply.status === 429).length, 13);
});

test('attempts on two nodes add up', async () => {
  const { email } = await register();
  const second = new Server('signin-second', { ...template.settings, ...LIMITS, DATABASE_URL: cluster.url(world.database) });
  after(() => second.remove());
  await second.start();
  const there = (password: string) => fetch(`${second.api}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email, password }) });
  assert.equal((await there('wrong password')).status, 401);
  assertProblem(await login(email, 'wrong password'), 401);
  assert.equal((await there('wrong password')).status, 401);
  assertProblem(await login(email), 429, 'account_locked');
  assert.equal((await there(PASSWORD)).status, 429);
});

test('an administrator unlocks an account', async () => {
  const { email, id } = await register();
  for (let i = 0; i < 3; i++) await login(email, 'wrong password');
  assertProblem(await login(email), 429);
  assertStatus(await world.as('root').post('/api/v1/admin/auth/unlock-account', { body: { user_id: id } }), 204);
  assertStatus(await login(email), 200);
  assertProblem(await world.as('root').post('/api/v1/admin/auth/unlock-account', { body: { user_id: '00000000-0000-4000-8000-000000000000' } }), 404, 'not_found');
});

test('a new password by mail unlocks the account', async () => {
  const { email } = await register();
  for (let i = 0; i < 3; i++) await login(email, 'wrong password');
  await ask(email);
  assertStatus(await reset(await linkToken(world.server, email, 'reset-password'), 'a new password'), 200);
  assertStatus(await login(email, 'a new password'), 200);
});

test('the history tells who tried to sign in, from where and with what, newest first', async () => {
  const { email, token } = await register();
  await login(email, 'wrong password', { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' });
  await login(email, PASSWORD, { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1' });
  await login(email, PASSWORD, { 'user-agent': '<b>' });
  const history = await api.get('/api/v1/auth/login-history', { as: { token } });
  assertStatus(history, 200);
  assert.equal(history.body.items.length, 3);
  assert.deepEqual(history.body.items.map(({ method, outcome, device, ip, country }) => ({ method, outcome, device, ip, country })), [
    { method: 'password', outcome: 'succeeded', device: 'Unknown device', ip: '127.0.0.1', country: null },
    { method: 'password', outcome: 'succeeded', device: 'Safari on iPhone', ip: '127.0.0.1', country: null },
    { method: 'password', outcome: 'failed', device: 'Firefox on Linux', ip: '127.0.0.1', country: null },
  ]);
  const page = await api.get('/api/v1/auth/login-history', { as: { token }, query: { page: 2, limit: 2 } });
  assert.equal(page.body.items.length, 1);
});

test('the history names the country of an address, as a proxy that is trusted tells it', async () => {
  const tables = mkdtempSync(path.join(tmpdir(), 'veza-countries-'));
  writeFileSync(path.join(tables, 'geoip'), '# countries\n3405803776,3405804031,NZ\n3405804032,3405804287,??\n');
  writeFileSync(path.join(tables, 'geoip6'), '2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,FR\n');
  writeFileSync(path.join(tables, 'none'), '');
  const there = await World.start('countries', { GEOIP_FILE: path.join(tables, 'geoip'), GEOIP6_FILE: path.join(tables, 'geoip6'), TRUSTED_PROXIES: '127.0.0.1' });
  const without = await World.start('no-countries', { GEOIP_FILE: path.join(tables, 'none'), GEOIP6_FILE: path.join(tables, 'none'), TRUSTED_PROXIES: '127.0.0.1' });
  rmSync(tables, { recursive: true });
  const seenBy = async (one: World, address: string) => {
    await one.visitor.post('/api/v1/auth/login', { body: { email: emailOf('bob'), password: 'wrong password' }, headers: { 'x-forwarded-for': address } });
    const [last] = (await one.as('bob').get('/api/v1/auth/login-history')).body.items;
    return [last!.ip, last!.country];
  };
  assert.deepEqual(await seenBy(there, '203.0.113.7'), ['203.0.113.7', 'NZ']);
  assert.deepEqual(await seenBy(there, '203.0.114.7'), ['203.0.114.7', null], 'in the table, of no known country');
  assert.deepEqual(await seenBy(there, '198.51.100.7'), ['198.51.100.7', null], 'not in the table');
  assert.deepEqual(await seenBy(there, '2001:db8::7'), ['2001:db8::7', 'FR']);
  assert.deepEqual(await seenBy(without, '203.0.113.7'), ['203.0.113.7', null], 'without tables');
});

test('a header that is no text is stored as text, and keeps nobody from signing in', async () => {
  const { email, id } = await register();
  const body = JSON.stringify({ email, password: PASSWORD });
  const names: [Buffer, string][] = [
    [Buffer.from([0x52, 0x61, 0x64, 0x69, 0x6f, 0xff, 0xfe]), 'Radio??'], [Buffer.from('Caf\xe9/1', 'latin1'), 'Caf?/1'], [Buffer.from('Café/1', 'utf8'), 'Café/1'],
    [Buffer.from([0xed, 0xa0, 0x80]), '???'], [Buffer.from([0xc0, 0x80]), '??'],
  ];
  for (const [bytes, stored] of names) {
    const head = request11('POST /api/v1/auth/login', { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }).slice(0, -2);
    const reply = await exchange(Number(new URL(world.server.api).port), { write: [Buffer.concat([Buffer.from(`${head}User-Agent: `), bytes, Buffer.from(`\r\n\r\n${body}`)])] });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(await world.sql(`select user_agent from sessions where user_id = '${id}' order by created_at desc limit 1`), stored);
    assert.equal(await world.sql(`select user_agent from login_history where user_id = '${id}' order by created_at desc limit 1`), stored);
    assert.equal(await world.sql(`select user_agent from audit_logs where actor_id = '${id}' order by id desc limit 1`), stored);
  }
});

test('the history is one\'s own', async () => {
  const { email } = await register(), other = await register();
  await login(email);
  assert.equal((await api.get('/api/v1/auth/login-history', { as: { token: other.token } })).body.items.length, 0);
});

test('attempts on a locked address leave no rows behind', async () => {
  const { email, id } = await register();
  for (let i = 0; i < 8; i++) await login(email, 'wrong password');
  assert.equal(await world.sql(`select count(*) from login_history where user_id = '${id}'`), '3');
  await unlock(email);
});

test('no new password reaches the log', async () => {
  const { email } = await register();
  await ask(email);
  await reset(await linkToken(world.server, email, 'reset-password'), 'a password nobody may read');
  assert.ok(!world.server.log().includes('a password nobody may read'));
});
