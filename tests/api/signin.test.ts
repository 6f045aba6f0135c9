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
  assertStatus(await reset(token, 'a new password'), 204);
  assertProblem(await login(email), 401, 'invalid_credentials');
  assertStatus(await login(email, 'a new password'), 200);
});

test('a new password ends every session of the account, and nobody else\'s', async () => {
  const { email, token, cookies, username } = await register();
  const version = () => world.sql(`select token_version from users where username = '${username}'`);
  const other = cookiesOf(await login(email));
  const before = Number(await version());
  await ask(email);
  assertStatus(await reset(await linkToken(world.server, email, 'reset-password'), 'a new password'), 204);
  assert.equal(Number(await version()), before + 1);
  for (const old of [token, other['veza_access']!]) assertProblem(await api.get('/api/v1/auth/me', { as: { token: old } }), 401, 'unauthenticated');
  for (const old of [cookies, other]) assertProblem(await api.post('/api/v1/auth/refresh', { body: { refresh_token: old['veza_refresh']! } }), 401, 'unauthenticated');
  assertStatus(await world.as('alice').get('/api/v1/auth/me'), 200);
});

test('a link for a new password works once', async () => {
  const { email } = await register();
  await ask(email);
  const token = await linkToken(world.server, email, 'reset-password');
  assertStatus(await reset(token, 'a new password'), 204);
  assertProblem(await reset(token, 'another password'), 410, 'token_invalid');
  assertStatus(await login(email, 'a new password'), 200);
});

test('of those who race with one link, one wins', async () => {
  const { email } = await register();
  await ask(email);
  const token = await linkToken(world.server, email, 'reset-password');
  const replies = await Promise.all([1, 2, 3, 4, 5].map((i) => reset(token, `new password ${i}`)));
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [204, 410, 410, 410, 410]);
  const winner = replies.findIndex((reply) => reply.status === 204) + 1;
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
  assertStatus(await reset(second, 'a new password'), 204);
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
  assert.ok(wait > 880 && wait <= 900, `Retry-After ${wait}`);
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
  assertProblem(await attempt('wrong password'), 401, 'invalid_credentials');
  assertStatus(await attempt(PASSWORD), 200);
});

test('wrong passwords long ago do not count', async () => {
  const { email } = await register();
  for (let i = 0; i < 2; i++) await login(email, 'wrong password');
  await world.sql(`update login_failures set attempted_at = now() - interval '901 seconds' where email_hash = login_key('${email}')`);
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
  assertStatus(await reset(await linkToken(world.server, email, 'reset-password'), 'a new password'), 204);
  assertStatus(await login(email, 'a new password'), 200);
});

test('the history tells who tried to sign in, from where and with what, newest first', async () => {
  const { email, token } = await register();
  await login(email, 'wrong password', { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' });
  await login(email, PASSWORD, { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1' });
  await login(email, PASSWORD, { 'user-agent': '<b>' });
  const history = await api.get('/api/v1/auth/login-history', { as: { token } });
  assertStatus(history, 200);
  assert.equal(history.body.total, 3);
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
  assert.equal((await api.get('/api/v1/auth/login-history', { as: { token: other.token } })).body.total, 0);
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
