/** Who may call what: made from the description, one test a promise and operation. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, type Credentials } from '../support/client.ts';
import { codesOf, keyOf, operations } from '../support/document.ts';
import { good } from '../support/examples.ts';
import { bearer, cookies, needsIdentity, personFor, request, STREAM_SECRET, tooLowFor } from '../support/requests.ts';
import { login, PASSWORD, template, World } from '../support/world.ts';

const world = await World.start('access', { STREAM_SECRET, METRICS_TOKEN: 'a token for the metrics' });
const api = world.visitor;

/** An administrator whose second factor was proven a second too long ago. */
async function staleAdministrator(): Promise<Credentials> {
  const reply = await login(world, 'root');
  const as = { token: reply.body.access_token };
  const mine = (await api.get('/api/v1/sessions', { as })).body.items.find((one) => one.is_current)!.id;
  await world.sql(`update sessions set mfa_at = now() - interval '43201 seconds' where id = '${mine}'`);
  return as;
}

/** An administrator who has only a password. */
async function bareAdministrator(): Promise<Credentials> {
  const reply = await api.post('/api/v1/auth/register', { body: { username: 'bare', email: 'bare@example.org', password: PASSWORD } });
  await world.sql(`update users set role = 'admin' where username = 'bare'`);
  return { token: reply.body.access_token };
}

/** Bob, with a fresh proof and a role with these permissions alone. */
async function withPermissions(which: string): Promise<Credentials> {
  await world.sql(`delete from roles where name = 'tried';
    insert into roles (name, display_name) values ('tried', 'Tried');
    insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p where r.name = 'tried' and ${which};
    insert into user_roles (user_id, role_id) select '${template.ids.bob}', id from roles where name = 'tried';
    update sessions set mfa_at = now() where user_id = '${template.ids.bob}'`);
  return bearer('bob');
}

/** Somebody without a second factor, who signed in eleven minutes ago. */
async function oldSession(): Promise<Credentials> {
  const reply = await api.post('/api/v1/auth/register', { body: { username: 'longago', email: 'longago@example.org', password: PASSWORD } });
  await world.sql(`update sessions set created_at = now() - interval '11 minutes' where user_id = '${reply.body.user.id}'`);
  return { token: reply.body.access_token };
}

const old = await oldSession();
const stale = await staleAdministrator(), bare = await bareAdministrator();

for (const operation of operations) {
  const key = keyOf(operation);
  const low = tooLowFor(operation);
  const person = personFor(operation);

  if (needsIdentity(operation)) {
    test(`${key} needs an identity`, async () => {
      assertProblem(await request(api, operation, { as: {} }), 401, 'unauthenticated');
    });
  }
  if (needsIdentity(operation) || operation['x-auth'] === 'optional') {
    test(`${key} refuses a token that is none`, async () => {
      assertProblem(await request(api, operation, { as: { token: 'not.a.token' } }), 401, 'unauthenticated');
    });
  }
  if (operation['x-auth'] === 'internal') {
    test(`${key} needs the secret of internal calls`, async () => {
      for (const secret of ['', 'wrong', STREAM_SECRET.slice(1)]) assertProblem(await request(api, operation, { headers: { 'x-stream-secret': secret } }), 401);
    });
  }
  if (operation['x-auth'] === 'metrics') {
    test(`${key} needs the token for metrics when there is one`, async () => {
      for (const token of ['wrong', 'a token for the metric']) assertProblem(await request(api, operation, { as: { token } }), 401, 'unauthenticated');
      assertProblem(await request(api, operation, { as: {} }), 401, 'unauthenticated');
    });
  }
  if (low) {
    test(`${key} is closed to ${low}`, async () => {
      assertProblem(await request(api, operation, { as: bearer(low) }), 403, operation['x-auth'] === 'creator' ? 'creator_required' : 'forbidden');
    });
  }
  if (operation['x-auth'] === 'admin') {
    test(`${key} asks an administrator for a recent second factor`, async () => {
      assertProblem(await request(api, operation, { as: stale }), 403, 'mfa_required');
      assertProblem(await request(api, operation, { as: bare }), 403, 'mfa_setup_required');
    });
  }
  const proof = operation['x-proof'];
  if (proof) {
    test(`${key} asks for a recent second factor, or ${proof === 'sign_in' ? 'a recent sign-in' : 'nothing'} of whoever has none`, async () => {
      assertProblem(await request(api, operation, { as: stale }), 403, 'mfa_required');
      const bySignInOnly = await request(api, operation, { as: old });
      if (proof === 'sign_in') assertProblem(bySignInOnly, 403, 'sign_in_again');
      else assert.ok(!['mfa_required', 'sign_in_again'].includes(bySignInOnly.problem?.code ?? ''));
      assert.equal(await world.sql(`select count(*) > 0 from audit_logs where action = '${key}' and actor_id = '${template.ids.root}' and status = 403`), 't', 'the refusal is in the audit log');
    });
  }
  for (const { name, schema } of operation.parameters.filter((parameter) => parameter['x-needs-person'])) {
    test(`${key} with ${name} needs an identity`, async () => {
      const asked = (value: string, as: Credentials) => request(api, operation, { as, query: { [name]: value } });
      const answered = key.includes('{') ? 404 : 200; /* what the example of an id names is not there */
      assertProblem(await asked(String(good(schema)), {}), 401, 'unauthenticated');
      assert.equal((await asked(String(good(schema)), bearer('alice'))).status, answered);
      if (schema.type === 'boolean') assert.equal((await asked('false', {})).status, answered);
    });
  }
  const permission = operation['x-permission'];
  if (permission) {
    test(`${key} is open to whoever holds ${permission}, and closed to whoever holds all else`, async () => {
      const refused = await request(api, operation, { as: await withPermissions(`p.name <> '${permission}'`) });
      assertProblem(refused, 403, 'forbidden');
      const reply = await request(api, operation, { as: await withPermissions(`p.name = '${permission}'`) });
      assert.notEqual(reply.status, 401);
      assert.ok(reply.status !== 403 || reply.problem?.detail !== refused.problem?.detail, `answered ${reply.status} ${reply.problem?.code}`);
    });
  }
  if (codesOf(operation, 403).includes('csrf_failed')) {
    const whom = person ?? 'alice';
    test(`${key} with cookies needs the CSRF token of that session`, async () => {
      const own = await cookies(api, whom);
      const others = await cookies(api, whom === 'bob' ? 'alice' : 'bob');
      for (const csrf of [undefined, '', 'wrong', `${own.csrf}x`, others.csrf]) {
        const as = csrf === undefined ? { cookies: own.cookies } : { cookies: own.cookies, csrf };
        assertProblem(await request(api, operation, { as }), 403, 'csrf_failed', `token ${csrf}`);
      }
    });
  }
}
