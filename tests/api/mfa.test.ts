/** The second factor: setting it up, signing in in two steps, and what must not work. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, cookiesOf, type Reply } from '../support/client.ts';
import { linkToken } from '../support/mail.ts';
import { codeOf, fromBase32 } from '../support/totp.ts';
import { emailOf, PASSWORD, World, withCsrf } from '../support/world.ts';

const world = await World.start('mfa');
const api = world.visitor;
let people = 0;

async function register() {
  const username = `mfa${++people}`, email = `${username}@example.org`;
  const reply = await api.post('/api/v1/auth/register', { body: { username, email, password: PASSWORD } });
  assertStatus(reply, 201);
  return { username, email, id: reply.body.user.id, as: { token: reply.body.access_token } };
}

/** Somebody whose second factor is on, and whose app has shown no code that counts as used. */
async function protectedPerson() {
  const person = await register();
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as: person.as });
  assertStatus(setup, 200);
  const verified = await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as: person.as });
  assertStatus(verified, 200);
  await forget(person.id);
  return { ...person, secret: setup.body.secret, codes: verified.body.recovery_codes };
}

/** As if enough time had passed for any code of the app to be a new one. */
const forget = (id: string) => world.sql(`update mfa_configs set last_step = 0 where user_id = '${id}'`);
const login = (email: string, password = PASSWORD) => api.post('/api/v1/auth/login', { body: { email, password } });
const second = (mfa_token: string, code: string) => api.post('/api/v1/auth/login/2fa', { body: { mfa_token, code } });

/** The token that a right password gives. */
async function challenge(email: string): Promise<string> {
  const reply = await login(email);
  assertStatus(reply, 200);
  assert.ok('mfa_token' in reply.body, 'a second step');
  return reply.body.mfa_token;
}

/** A code that is not the one of now, nor of the steps beside it. */
function wrongCode(secret: string): string {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code))!;
}

/** What a phone's camera reads from the picture: the modules drawn with four pixels each, and decoded by zbar. */
function scan(svg: string): string {
  const side = Number(svg.match(/viewBox="0 0 (\d+) \1"/)?.[1]);
  const dark = Array.from({ length: side }, () => new Uint8Array(side));
  for (const [, x, y, width] of svg.split('<path d="')[1]!.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) dark[Number(y)]!.fill(1, Number(x), Number(x) + Number(width));
  const rows = dark.flatMap((row) => Array.from({ length: 4 }, () => [...row].flatMap((module) => Array<string>(4).fill(module ? '0' : '255')).join(' ')));
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-qr-')), file = path.join(folder, 'code.pgm');
  try {
    writeFileSync(file, `P2\n${side * 4} ${side * 4}\n255\n${rows.join('\n')}\n`);
    return execFileSync('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('setting up gives a secret, its address and a QR code that a camera reads', async () => {
  const { email, as } = await register();
  const { status, body, headers } = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
  assert.equal(status, 200);
  assert.equal(fromBase32(body.secret).length, 20);
  const address = new URL(body.otpauth_url);
  assert.equal(address.protocol, 'otpauth:');
  assert.equal(decodeURIComponent(address.pathname.split('/').pop()!), `Veza:${email}`);
  assert.equal(address.searchParams.get('secret'), body.secret);
  assert.equal(address.searchParams.get('issuer'), 'Veza');
  assert.equal(scan(body.qr_svg), body.otpauth_url);
  assert.doesNotMatch(body.qr_svg, /<script|href|on\w+=/i);
  assert.match(headers.get('cache-control') ?? '', /no-store/);
});

test('nothing is on before a code has been verified', async () => {
  const { email, as } = await register();
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
  assert.ok('access_token' in (await login(email)).body);
  const wrong = await api.post('/api/v1/auth/2fa/verify', { body: { code: wrongCode(setup.body.secret) }, as });
  assert.equal(assertProblem(wrong, 422, 'validation').errors?.[0]?.field, 'code');
  assert.deepEqual((await api.get('/api/v1/auth/2fa/status', { as })).body, { enabled: false, enabled_at: null, recovery_codes_left: 0 });
});

test('setting up again replaces the secret; there is nothing to verify before, and nothing to set up after', async () => {
  const { as, id } = await register();
  assertProblem(await api.post('/api/v1/auth/2fa/verify', { body: { code: '123456' }, as }), 409, 'conflict');
  const first = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
  const next = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
  assert.notEqual(first.body.secret, next.body.secret);
  assertProblem(await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(first.body.secret) }, as }), 422);
  assertStatus(await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(next.body.secret) }, as }), 200);
  await world.sql(`update sessions set mfa_at = now() where user_id = '${id}'`);
  assertProblem(await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(next.body.secret) }, as }), 409, 'conflict');
  assertProblem(await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as }), 409, 'conflict');
});

test('a session alone neither sets up nor switches off: the password is asked once more', async () => {
  const { as } = await register(), other = await protectedPerson();
  assertProblem(await api.post('/api/v1/auth/2fa/setup', { body: { password: 'wrong password' }, as }), 403, 'password_wrong');
  assertProblem(await api.post('/api/v1/auth/2fa/disable', { body: { password: 'wrong password', code: codeOf(other.secret) }, as: other.as }), 403, 'password_wrong');
  assert.equal((await api.get('/api/v1/auth/2fa/status', { as: other.as })).body.enabled, true);
});

test('with the second factor on, the password alone opens nothing', async () => {
  const { email } = await protectedPerson();
  const reply = await login(email);
  assertStatus(reply, 200);
  assert.deepEqual(Object.keys(reply.body).sort(), ['expires_in', 'methods', 'mfa_required', 'mfa_token']);
  assert.ok('mfa_required' in reply.body);
  assert.deepEqual({ ...reply.body, mfa_token: '' }, { mfa_required: true, mfa_token: '', expires_in: 300, methods: ['totp', 'recovery_code'] });
  assert.deepEqual(cookiesOf(reply), {});
  for (const token of [reply.body.mfa_token]) assertProblem(await api.get('/api/v1/auth/me', { as: { token } }), 401, 'unauthenticated');
  assertProblem(await api.post('/api/v1/auth/refresh', { body: { refresh_token: reply.body.mfa_token } }), 401);
  assertProblem(await login(email, 'wrong password'), 401, 'invalid_credentials');
});

test('password and code together sign in, with cookies as ever', async () => {
  const { email, secret, username } = await protectedPerson();
  const reply = await second(await challenge(email), codeOf(secret));
  assertStatus(reply, 200);
  assert.equal(reply.body.user.username, username);
  assert.deepEqual(Object.keys(cookiesOf(reply)).sort(), ['veza_access', 'veza_browser', 'veza_refresh']);
  assertStatus(await api.get('/api/v1/auth/me', { as: { token: reply.body.access_token } }), 200);
  assertStatus(await api.post('/api/v1/auth/refresh', { body: {}, as: await withCsrf(api, cookiesOf(reply)) }), 200);
});

test('a code may be typed with spaces, and be one step early or late but not three', async () => {
  const { email, secret, id } = await protectedPerson();
  const now = codeOf(secret);
  assertStatus(await second(await challenge(email), `${now.slice(0, 3)} ${now.slice(3)}`), 200);
  await forget(id);
  assertStatus(await second(await challenge(email), codeOf(secret, -1)), 200);
  await forget(id);
  for (const steps of [-3, 3]) assertProblem(await second(await challenge(email), codeOf(secret, steps)), 401, 'mfa_code_invalid');
});

test('a code works once: a replay of its time step is refused', async () => {
  const { email, secret } = await protectedPerson();
  const code = codeOf(secret);
  assertStatus(await second(await challenge(email), code), 200);
  assertProblem(await second(await challenge(email), code), 401, 'mfa_code_invalid');
});

test('the code that switched it on cannot be used to sign in', async () => {
  const { email, as } = await register();
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
  const code = codeOf(setup.body.secret);
  assertStatus(await api.post('/api/v1/auth/2fa/verify', { body: { code }, as }), 200);
  assertProblem(await second(await challenge(email), code), 401, 'mfa_code_invalid');
});

test('an older code is refused after a newer one', async () => {
  const { email, secret } = await protectedPerson();
  const older = codeOf(secret, -1);
  assertStatus(await second(await challenge(email), codeOf(secret)), 200);
  assertProblem(await second(await challenge(email), older), 401, 'mfa_code_invalid');
});

test('the token of the first step works once, and for one person', async () => {
  const one = await protectedPerson(), other = await protectedPerson();
  const token = await challenge(one.email);
  assertProblem(await second(token, codeOf(other.secret)), 401, 'mfa_code_invalid');
  assertStatus(await second(token, codeOf(one.secret)), 200);
  await forget(one.id);
  assertProblem(await second(token, codeOf(one.secret)), 401, 'mfa_token_invalid');
  assertProblem(await second('A'.repeat(43), codeOf(one.secret)), 401, 'mfa_token_invalid');
});

test('the token of the first step lasts five minutes', async () => {
  const { email, secret, id } = await protectedPerson();
  const token = await challenge(email);
  const left = Number(await world.sql(`select extract(epoch from expires_at - now()) from mfa_challenges where user_id = '${id}'`));
  assert.ok(left > 290 && left <= 300, `${left} s`);
  await world.sql(`update mfa_challenges set expires_at = now() - interval '1 second' where user_id = '${id}'`);
  assertProblem(await second(token, codeOf(secret)), 401, 'mfa_token_invalid');
});

test('a token of the first step takes five codes, and then is spent', async () => {
  const { email, secret } = await protectedPerson();
  const token = await challenge(email);
  for (let i = 0; i < 5; i++) assertProblem(await second(token, wrongCode(secret)), 401, 'mfa_code_invalid');
  assertProblem(await second(token, codeOf(secret)), 401, 'mfa_token_invalid');
});

test('wrong codes lock the address like wrong passwords, whatever the number of tokens', async () => {
  const { email, secret } = await protectedPerson();
  const tokens = [await challenge(email), await challenge(email)];
  let refused: Reply | undefined;
  for (let i = 0; i < 10 && !refused; i++) {
    const reply = await second(tokens[i % 2]!, wrongCode(secret));
    if (reply.status === 429) refused = reply;
    else assertProblem(reply, 401, 'mfa_code_invalid');
  }
  assert.ok(refused, 'locked at last');
  assertProblem(refused, 429, 'account_locked');
  assertProblem(await login(email), 429, 'account_locked');
});

test('of many that use one token and one code at once, one wins', async () => {
  const { email, secret } = await protectedPerson();
  const token = await challenge(email), code = codeOf(secret);
  const replies = await Promise.all(Array.from({ length: 4 }, () => second(token, code)));
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 401, 401, 401]);
});

test('ten recovery codes are shown once, and each signs in once', async () => {
  const { email, codes, as } = await protectedPerson();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^([A-Z2-9]{4}-){3}[A-Z2-9]{4}$/);
  assertStatus(await second(await challenge(email), codes[0]!), 200);
  assertProblem(await second(await challenge(email), codes[0]!), 401, 'mfa_code_invalid');
  assertStatus(await second(await challenge(email), codes[1]!.toLowerCase().replaceAll('-', ' ')), 200);
  const status = await api.get('/api/v1/auth/2fa/status', { as });
  assert.equal(status.body.recovery_codes_left, 8);
  assert.ok(status.body.enabled_at);
  assert.doesNotMatch(status.bytes.toString(), new RegExp(codes[2]!));
});

test('of recovery codes that race with one token, only the one that signs in is used up', async () => {
  const { email, codes, id } = await protectedPerson();
  const left = () => world.sql(`select count(*) from recovery_codes where user_id = '${id}' and not is_used`);
  const token = await challenge(email);
  const different = await Promise.all(codes.slice(0, 8).map((code) => second(token, code)));
  assert.equal(different.filter((reply) => reply.status === 200).length, 1);
  assert.equal(await left(), '9');
  const signedIn = codes[different.findIndex((reply) => reply.status === 200)];
  const unused = codes.find((code) => code !== signedIn)!, next = await challenge(email);
  const same = await Promise.all(Array.from({ length: 8 }, () => second(next, unused)));
  assert.equal(same.filter((reply) => reply.status === 200).length, 1);
  assert.equal(await left(), '8');
});

test('a time step is used up only by the token that signs in', async () => {
  const { email, secret } = await protectedPerson();
  const spent = await challenge(email), token = await challenge(email);
  await world.sql(`update mfa_challenges set used_at = now() where token_hash = '${createHash('sha256').update(spent).digest('hex')}'`);
  assertProblem(await second(spent, codeOf(secret)), 401, 'mfa_token_invalid');
  assertStatus(await second(token, codeOf(secret)), 200);
});

test('somebody else\'s recovery code opens nothing', async () => {
  const one = await protectedPerson(), other = await protectedPerson();
  assertProblem(await second(await challenge(one.email), other.codes[0]!), 401, 'mfa_code_invalid');
});

test('the database keeps neither the secret nor the recovery codes', async () => {
  const { id, secret, codes } = await protectedPerson();
  const stored = await world.sql(`select secret from mfa_configs where user_id = '${id}' union all select code from recovery_codes where user_id = '${id}'`);
  const bytes = fromBase32(secret);
  for (const form of [secret, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url').slice(0, 24), ...codes, ...codes.map((code) => code.replaceAll('-', ''))]) assert.ok(!stored.includes(form));
});

test('a secret that was moved to another account in the database does not open it', async () => {
  const thief = await protectedPerson(), victim = await protectedPerson();
  await world.sql(`update mfa_configs set secret = (select secret from mfa_configs where user_id = '${thief.id}') where user_id = '${victim.id}'`);
  assertProblem(await second(await challenge(victim.email), codeOf(thief.secret)), 401, 'mfa_code_invalid');
});

test('password and code together switch it off, and the password is enough again', async () => {
  const { email, secret, as, codes } = await protectedPerson();
  const off = (code: string) => api.post('/api/v1/auth/2fa/disable', { body: { password: PASSWORD, code }, as });
  assertProblem(await off(wrongCode(secret)), 422, 'validation');
  const open = await challenge(email);
  assertStatus(await off(codes[9]!), 204);
  assertProblem(await off(codeOf(secret)), 409, 'conflict');
  assertProblem(await second(open, codeOf(secret)), 401, 'mfa_token_invalid');
  assert.ok('access_token' in (await login(email)).body);
  assert.deepEqual((await api.get('/api/v1/auth/2fa/status', { as })).body, { enabled: false, enabled_at: null, recovery_codes_left: 0 });
});

test('guessing the password of an open session locks', async () => {
  const { as } = await register(), other = await protectedPerson();
  for (let i = 0; i < 10; i++) assertProblem(await api.post('/api/v1/auth/2fa/setup', { body: { password: `guess ${i}` }, as }), 403, 'password_wrong');
  assertProblem(await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as }), 429, 'account_locked');
  for (let i = 0; i < 10; i++) assertProblem(await api.post('/api/v1/auth/2fa/disable', { body: { password: `guess ${i}`, code: '123456' }, as: other.as }), 403, 'password_wrong');
  assertProblem(await api.post('/api/v1/auth/2fa/disable', { body: { password: PASSWORD, code: codeOf(other.secret) }, as: other.as }), 429, 'account_locked');
});

test('a new password by mail leaves the second factor on, and ends a sign-in that was half done', async () => {
  const { email, secret } = await protectedPerson();
  const open = await challenge(email);
  await api.post('/api/v1/auth/password/reset-request', { body: { email } });
  assertStatus(await api.post('/api/v1/auth/password/reset', { body: { token: await linkToken(world.server, email, 'reset-password'), password: 'a new password' } }), 200);
  assertProblem(await second(open, codeOf(secret)), 401, 'mfa_token_invalid');
  assert.ok('mfa_token' in (await login(email, 'a new password')).body);
});

test('the history tells the steps apart', async () => {
  const { email, secret, as, codes } = await protectedPerson();
  await second(await challenge(email), codeOf(secret));
  const token = await challenge(email);
  await second(token, wrongCode(secret));
  await second(token, codes[0]!);
  const { items } = (await api.get('/api/v1/auth/login-history', { as })).body;
  assert.deepEqual(items.map(({ method, outcome }) => `${method} ${outcome}`), [
    'recovery_code succeeded', 'totp failed', 'password second_factor', 'totp succeeded', 'password second_factor']);
});

test('a disabled account does not get past the second step', async () => {
  const { email, secret, id } = await protectedPerson();
  const token = await challenge(email);
  await world.sql(`update users set is_banned = true where id = '${id}'`);
  assertProblem(await second(token, codeOf(secret)), 401, 'mfa_token_invalid');
});

test('no code and no secret reaches the log', async () => {
  const { email, secret, codes } = await protectedPerson();
  const token = await challenge(email);
  assertStatus(await second(token, codes[0]!), 200);
  const log = world.server.log();
  for (const text of [secret, token, codes[0]!, codes[0]!.replaceAll('-', '')]) assert.ok(!log.includes(text));
});

test('whoever has no second factor signs in as before', async () => {
  const reply = await login(emailOf('bob'));
  assertStatus(reply, 200);
  assert.ok('access_token' in reply.body && !('mfa_required' in reply.body));
});
