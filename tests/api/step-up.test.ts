/** A recent second factor: what administration asks for, and how it is given. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Credentials } from '../support/client.ts';
import { codeOf } from '../support/totp.ts';
import { until } from '../support/wait.ts';
import { login, PASSWORD, template, World } from '../support/world.ts';

const world = await World.start('step-up', { ADMIN_MFA_S: '600' });
const api = world.visitor;
let people = 0;

/** An administrator with a password; the second factor is up to the test. */
async function administrator() {
  const username = `chief${++people}`, email = `${username}@example.org`;
  const reply = await api.post('/api/v1/auth/register', { body: { username, email, password: PASSWORD } });
  assertStatus(reply, 201);
  await world.sql(`update users set role = 'admin' where username = '${username}'`);
  return { email, id: reply.body.user.id, as: { token: reply.body.access_token } };
}

async function setUp(as: Credentials) {
  const { body: { secret } } = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
  const verified = await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(secret) }, as });
  assertStatus(verified, 200);
  return { secret, codes: verified.body.recovery_codes };
}

const forget = (id: string) => world.sql(`update mfa_configs set last_step = 0 where user_id = '${id}'`);
const age = (id: string, seconds: number) => world.sql(`update sessions set mfa_at = now() - interval '${seconds} seconds' where user_id = '${id}'`);
const administer = (as: Credentials) => api.get('/api/v1/audit/stats', { as });
const stepUp = (as: Credentials, code: string) => api.post('/api/v1/auth/2fa/step-up', { body: { code }, as });
const wrongCode = (secret: string) => ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => ![-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps)).includes(code))!;

test('an administrator without a second factor is told to set one up, and may administer once it is proven: setting it up is no proof', async () => {
  const { as, id } = await administrator();
  assertProblem(await administer(as), 403, 'mfa_setup_required');
  assertStatus(await api.get('/api/v1/auth/me', { as }), 200);
  const { secret } = await setUp(as);
  assertProblem(await administer(as), 403, 'mfa_required');
  await forget(id);
  assertStatus(await stepUp(as, codeOf(secret)), 200);
  assertStatus(await administer(as), 200);
});

test('a proof counts for ADMIN_MFA_S seconds, and a code gives a new one', async () => {
  const { as, id } = await administrator(), { secret } = await setUp(as);
  await forget(id);
  await age(id, 595);
  assertStatus(await administer(as), 200);
  await age(id, 600);
  await until('the server to hear of it', async () => (await administer(as)).status === 403);
  assertProblem(await administer(as), 403, 'mfa_required');
  const reply = await stepUp(as, codeOf(secret));
  assertStatus(reply, 200);
  const left = (Date.parse(reply.body.mfa_until) - Date.now()) / 1000;
  assert.ok(left > 590 && left <= 601, `${left} s`);
  assertStatus(await administer(as), 200);
});

test('a recovery code is a proof too, once', async () => {
  const { as, id } = await administrator(), { codes } = await setUp(as);
  await age(id, 3600);
  assertStatus(await stepUp(as, codes[0]!), 200);
  assertStatus(await administer(as), 200);
  assert.equal(assertProblem(await stepUp(as, codes[0]!), 422, 'validation').errors?.[0]?.field, 'code');
});

test('a code of the app proves once', async () => {
  const { as, id } = await administrator(), { secret } = await setUp(as);
  await forget(id);
  const code = codeOf(secret);
  assertStatus(await stepUp(as, code), 200);
  assertProblem(await stepUp(as, code), 422, 'validation');
});

test('wrong codes prove nothing and lock like wrong passwords', async () => {
  const { as, id } = await administrator(), { secret } = await setUp(as);
  await forget(id);
  await age(id, 3600);
  for (let i = 0; i < 10; i++) assertProblem(await stepUp(as, wrongCode(secret)), 422, 'validation');
  assertProblem(await stepUp(as, codeOf(secret)), 429, 'account_locked');
  assertProblem(await administer(as), 403, 'mfa_required');
});

test('somebody else\'s code proves nothing', async () => {
  const one = await administrator(), other = await administrator();
  await setUp(one.as);
  const { secret, codes } = await setUp(other.as);
  await forget(other.id);
  await age(one.id, 3600);
  for (const code of [codeOf(secret), codes[0]!]) assertProblem(await stepUp(one.as, code), 422, 'validation');
  assertProblem(await administer(one.as), 403, 'mfa_required');
});

test('there is nothing to prove without an app', async () => {
  assertProblem(await stepUp(world.as('alice').credentials, '123456'), 409, 'conflict');
});

test('a sign-in in two steps proves, one with a password alone does not', async () => {
  const reply = await login(world, 'root');
  assertStatus(reply, 200);
  assertStatus(await administer({ token: reply.body.access_token }), 200);
  const { email } = await administrator();
  const plain = await api.post('/api/v1/auth/login', { body: { email, password: PASSWORD } });
  assert.ok('access_token' in plain.body);
  assertProblem(await administer({ token: plain.body.access_token }), 403, 'mfa_setup_required');
});

test('a proof belongs to its session, and lives on when the session is refreshed', async () => {
  const first = await login(world, 'root');
  const second = await login(world, 'root');
  const cookies = Object.fromEntries(second.headers.getSetCookie().map((line) => line.split(';')[0]!.split('=') as [string, string]));
  await age(template.ids.root, 3600);
  await world.sql(`update mfa_configs set last_step = 0`);
  assertStatus(await stepUp({ token: second.body.access_token }, codeOf(template.rootSecret)), 200);
  assertProblem(await administer({ token: first.body.access_token }), 403, 'mfa_required');
  const next = await api.post('/api/v1/auth/refresh', { body: { refresh_token: cookies['veza_refresh']! } });
  assertStatus(next, 200);
  assertStatus(await administer({ token: next.body.access_token }), 200);
});

test('switching the second factor off takes the proof away', async () => {
  const { as } = await administrator(), { codes } = await setUp(as);
  assertStatus(await stepUp(as, codes[1]!), 200);
  assertStatus(await administer(as), 200);
  assertStatus(await api.post('/api/v1/auth/2fa/disable', { body: { password: PASSWORD, code: codes[0]! }, as }), 204);
  assertProblem(await administer(as), 403, 'mfa_setup_required');
});

test('a lent role of administrator asks for the same', async () => {
  const admin = await world.sql(`select id from roles where name = 'admin'`);
  const root = api.as({ token: template.tokens.root });
  await world.sql(`update sessions set mfa_at = now() where user_id = '${template.ids.root}'`);
  assertStatus(await root.post('/api/v1/users/{id}/roles', { path: { id: template.ids.carol }, body: { role_id: admin } }), 201);
  assertProblem(await administer(world.as('carol').credentials), 403, 'mfa_setup_required');
});

test('moderation and one\'s own account ask for no proof', async () => {
  assertStatus(await world.as('mia').get('/api/v1/auth/me'), 200);
  await age(template.ids.root, 3600);
  assertStatus(await world.as('root').get('/api/v1/sessions'), 200);
});

test('the password proves a session again where there is no factor, and guessing it locks that session only', async () => {
  const { as, id, email } = await administrator();
  await world.sql(`update sessions set created_at = now() - interval '11 minutes' where user_id = '${id}'`);
  const makeKey = () => api.post('/api/v1/developer/api-keys', { body: { name: 'A key', scopes: ['tracks:read'] }, as });
  const prove = (password: string) => api.post('/api/v1/auth/step-up', { body: { password }, as });
  assertProblem(await makeKey(), 403, 'sign_in_again');
  assertProblem(await prove('not it'), 403, 'password_wrong');
  assertProblem(await makeKey(), 403, 'sign_in_again');
  const proven = await prove(PASSWORD);
  assertStatus(proven, 200);
  assert.ok(Math.abs(Date.parse(proven.body.proven_until!) - Date.now() - 600_000) < 5000);
  assertStatus(await makeKey(), 201);
  for (let i = 0; i < 10; i++) assertProblem(await prove(`guess ${i}`), 403, 'password_wrong');
  assertProblem(await prove(PASSWORD), 429, 'account_locked');
  assertStatus(await api.post('/api/v1/auth/login', { body: { email, password: PASSWORD } }), 200);
});
