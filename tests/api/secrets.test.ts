/** A person's whole life with secrets, and then a look at everything that is kept or said: none of them may be there. */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { assertProblem, assertStatus, cookiesOf } from '../support/client.ts';
import { Authenticator } from '../support/authenticator.ts';
import { linkToken, mailsTo } from '../support/mail.ts';
import { STREAM_SECRET } from '../support/requests.ts';
import { codeOf, fromBase32 } from '../support/totp.ts';
import { cluster, withCsrf, World } from '../support/world.ts';

const ORIGIN = 'https://veza.example', EMAIL = 'secretive@example.org', METRICS_TOKEN = 'the token of the metrics, which nobody else knows';
const world = await World.start('secrets', { LOG_LEVEL: 'DEBUG', FRONTEND_URL: ORIGIN, STREAM_SECRET, METRICS_TOKEN, LOCKOUT_FAILURES: '100' });
const api = world.visitor;

/** What each reply said, and to which question. */
const heard: { question: string; text: string }[] = [];
const ask = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const reply = await ask(input, init);
  const headers = [...reply.headers].filter(([name]) => name !== 'set-cookie').map((pair) => pair.join(': ')).join('\n');
  heard.push({ question: `${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`, text: `${headers}\n${await reply.clone().text()}` });
  return reply;
};
after(() => { globalThis.fetch = ask; });

/** Each secret, and the one question whose answer may hold it. */
const secrets = new Map<string, { what: string; told: string | undefined }>();
function secret(what: string, text: string, told?: string): string {
  assert.ok(text.length >= 6, what);
  secrets.set(text, { what, told });
  return text;
}

const SIGNED_IN = /^POST \/api\/v1\/(auth\/(register|login|login\/2fa|refresh|passkeys\/login\/finish)|sessions\/refresh)$/.source;

/** Access and refresh tokens of a reply that signs in. */
function session(reply: { body: { access_token: string }; headers: Headers }): { token: string; refresh: string } {
  const jar = cookiesOf(reply as never);
  return { token: secret('access token', reply.body.access_token, SIGNED_IN), refresh: secret('refresh token', jar['veza_refresh']!, SIGNED_IN) };
}

async function live(): Promise<void> {
  const first = secret('password', 'a first Password, 100% secret'), wrong = secret('wrong password', 'a wrong Password of somebody'), next = secret('new password', 'a second Password, better kept');
  const registered = await api.post('/api/v1/auth/register', { body: { username: 'secretive', email: EMAIL, password: first } });
  assertStatus(registered, 201);
  const opened = session(registered), as = { token: opened.token };
  const verify = secret('verification link', await linkToken(world.server, EMAIL, 'verify-email'));
  assertStatus(await api.post('/api/v1/auth/verify-email', { body: { token: verify } }), 200);
  assertProblem(await api.post('/api/v1/auth/verify-email', { body: { token: verify } }), 410);
  assertProblem(await api.post('/api/v1/auth/login', { body: { email: EMAIL, password: wrong } }), 401);

  const refreshed = await api.post('/api/v1/auth/refresh', { as: { ...(await withCsrf(api, { veza_refresh: opened.refresh })) }, body: {} });
  assertStatus(refreshed, 200);
  session(refreshed);
  const csrf = await withCsrf(api, { veza_access: opened.token });
  secret('CSRF token', csrf.csrf, 'GET /api/v1/csrf-token');
  assertProblem(await api.put('/api/v1/users/settings', { as: { cookies: csrf.cookies, csrf: `${csrf.csrf}x` }, body: { autoplay: false } }), 403, 'csrf_failed');
  secret('ticket', (await api.post('/api/v1/ws/ticket', { as })).body.ticket, 'POST /api/v1/ws/ticket');
  secret('stream token', (await api.post('/api/v1/auth/stream-token', { as })).body.token, 'POST /api/v1/auth/stream-token');

  const key = await api.post('/api/v1/developer/api-keys', { body: { name: 'My script', scopes: ['tracks:read'] }, as });
  assertStatus(key, 201);
  secret('API key', key.body.key, 'POST /api/v1/developer/api-keys');
  assertStatus(await api.get('/api/v1/tracks', { as: { token: key.body.key }, query: { mine: true } }), 200);
  assertProblem(await api.get('/api/v1/auth/me', { as: { token: key.body.key } }), 403, 'insufficient_scope');
  assertProblem(await api.get('/api/v1/auth/me', { as: { token: secret('made-up API key', `${key.body.key.slice(0, 20)}${'A'.repeat(26)}`) } }), 401);

  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: first }, as });
  secret('TOTP secret', setup.body.secret, 'POST /api/v1/auth/2fa/setup');
  secret('TOTP secret in hexadecimal', fromBase32(setup.body.secret).toString('hex'));
  const on = await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as });
  for (const code of on.body.recovery_codes) {
    secret('recovery code', code, 'POST /api/v1/auth/2fa/verify');
    secret('recovery code, plain', code.replaceAll('-', ''));
  }
  const half = await api.post('/api/v1/auth/login', { body: { email: EMAIL, password: first } });
  assert.ok('mfa_token' in half.body);
  secret('token of the first step', half.body.mfa_token, 'POST /api/v1/auth/login');
  assertProblem(await api.post('/api/v1/auth/login/2fa', { body: { mfa_token: half.body.mfa_token, code: secret('wrong recovery code', 'WRNG-WRNG-WRNG-WRNG') } }), 401);
  const whole = await api.post('/api/v1/auth/login/2fa', { body: { mfa_token: half.body.mfa_token, code: on.body.recovery_codes[0]! } });
  assertStatus(whole, 200);
  session(whole);
  assertStatus(await api.post('/api/v1/auth/2fa/step-up', { body: { code: on.body.recovery_codes[1]! }, as }), 200);

  const device = new Authenticator(ORIGIN);
  const options = (await api.post('/api/v1/auth/passkeys/register/begin', { body: { password: first }, as })).body;
  secret('challenge', options.challenge, 'POST /api/v1/auth/passkeys/register/begin');
  assertStatus(await api.post('/api/v1/auth/passkeys/register/finish', { body: { credential: device.create(options) }, as }), 201);
  const question = (await api.post('/api/v1/auth/passkeys/login/begin')).body;
  secret('challenge to sign in', question.challenge, 'POST /api/v1/auth/passkeys/login/begin');
  const passkey = await api.post('/api/v1/auth/passkeys/login/finish', { body: { credential: device.get(question) } });
  assertStatus(passkey, 200);
  session(passkey);

  assertStatus(await api.post('/api/v1/auth/password/reset-request', { body: { email: EMAIL } }), 202);
  const reset = secret('reset link', await linkToken(world.server, EMAIL, 'reset-password'));
  assertStatus(await api.post('/api/v1/auth/password/reset', { body: { token: reset, password: next } }), 200);
  assertProblem(await api.post('/api/v1/auth/password/reset', { body: { token: reset, password: next } }), 410);
  assertProblem(await api.get('/api/v1/auth/me', { as }), 401);
  assertProblem(await api.send('GET', '/metrics', { as: { token: `${METRICS_TOKEN}x` } }), 401);
  secret('token of the metrics', METRICS_TOKEN);
  secret('secret between the parts', STREAM_SECRET);
  const back = await api.post('/api/v1/auth/login', { body: { email: EMAIL, password: next } });
  assert.ok('mfa_token' in back.body);
  secret('second token of the first step', back.body.mfa_token, 'POST /api/v1/auth/login');
  const home = await api.post('/api/v1/auth/login/2fa', { body: { mfa_token: back.body.mfa_token, code: on.body.recovery_codes[2]! } });
  const me = { token: session(home as never).token };
  for (const path of ['/api/v1/auth/me', '/api/v1/sessions', '/api/v1/auth/login-history', '/api/v1/audit/activity', '/api/v1/developer/api-keys', '/api/v1/auth/passkeys', '/api/v1/auth/2fa/status',
    '/api/v1/users/settings', '/api/v1/notifications', `/api/v1/users/by-username/secretive`])
    assertStatus(await api.send('GET', path, { as: me }), 200);
  for (const path of ['/api/v1/audit/logs?limit=100', '/api/v1/audit/suspicious', '/api/v1/users?limit=100']) assertStatus(await world.as('root').send('GET', path), 200);
}

await live();

/** Names the secrets that a text holds, not the secrets. */
function assertNone(text: string, where: string, except: (what: string) => boolean = () => false): void {
  const found = [...secrets].filter(([one, { what }]) => text.includes(one) && !except(what)).map(([, { what }]) => what);
  assert.deepEqual(found, [], where);
}

test('no secret reaches the log, at the level that tells most', async () => {
  await world.sql(`create function say() returns trigger language plpgsql as $$ begin raise notice 'said by a trigger'; return new; end $$;
    create trigger say before insert on playlists for each row execute function say()`);
  assertStatus(await world.as('alice').post('/api/v1/playlists', { body: { name: 'Said' } }), 201);
  await world.server.logged(/"level":"DEBUG".*said by a trigger/i);
  assertNone(world.server.log(), 'the log');
});

test('no secret reaches the audit log', async () => {
  const lines = await world.sql('select to_jsonb(l) from audit_logs l');
  assert.ok(lines.includes('/api/v1/auth/password/reset'), 'there are lines');
  assertNone(lines, 'the audit log');
});

test('a reply holds a secret where it is made and nowhere else', () => {
  assert.ok(heard.length > 40);
  for (const { question, text } of heard) assertNone(text, question, (what) => [...secrets.values()].some((one) => one.what === what && one.told && new RegExp(`^${one.told}$`).test(question)));
});

test('the database keeps no secret in clear: hashes, or encrypted', async () => {
  const { stdout } = await promisify(execFile)('pg_dump', ['-d', cluster.url(world.database), '--data-only', '--inserts', '--no-unlogged-table-data'], { maxBuffer: 1 << 28, cwd: '/' });
  assert.ok(stdout.includes('secretive@example.org'));
  const unlogged = await world.sql(`select table_to_xml('mfa_challenges', true, false, ''), table_to_xml('webauthn_challenges', true, false, ''), table_to_xml('login_failures', true, false, ''), table_to_xml('ws_tickets', true, false, '')`);
  assertNone(stdout + unlogged, 'the database');
});

test('mails carry their own link and no other secret', () => {
  const mails = mailsTo(world.server, EMAIL);
  assert.ok(mails.length >= 2);
  assertNone(mails.join('\n'), 'the mails', (what) => what.endsWith(' link'));
});
