/** Roles: who may do what, and for how long. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('roles');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;
const NOBODY = '00000000-0000-4000-8000-000000000000';

const roles = async (client = root) => {
  const reply = await client.get('/api/v1/roles');
  assertStatus(reply, 200);
  return reply.body.items;
};
/** As if they had just given a code: administration asks for a second factor. */
const prove = (id: string) => world.sql(`update sessions set mfa_at = now() where user_id = '${id}'`);
const lend = (id: string, role_id: string, expires_at?: string) => root.post('/api/v1/users/{id}/roles', { path: { id }, body: { role_id, ...(expires_at ? { expires_at } : {}) } });

/** A role of one's own with these permissions. */
async function make(name: string, permissions: string[]): Promise<string> {
  const made = await root.post('/api/v1/roles', { body: { name, display_name: name, permissions } });
  assertStatus(made, 201);
  return made.body.id;
}
const idOf = async (name: string) => (await roles()).find((role) => role.name === name)!.id;

test('everybody sees the roles and what they permit', async () => {
  const seen = await roles(alice);
  assert.deepEqual(seen.filter((role) => role.is_system).map((role) => role.name), ['admin', 'content_creator', 'moderator', 'user']);
  const of = (name: string) => seen.find((role) => role.name === name)!.permissions;
  assert.ok(of('admin').includes('roles.manage') && !of('moderator').includes('roles.manage'));
  const one = await alice.get('/api/v1/roles/{id}', { path: { id: seen[0]!.id } });
  assertStatus(one, 200);
  assert.deepEqual(one.body, seen[0]);
  assertProblem(await alice.get('/api/v1/roles/{id}', { path: { id: NOBODY } }), 404);
});

test('an administrator makes, changes and deletes a role', async () => {
  const made = await root.post('/api/v1/roles', { body: { name: 'label_manager', display_name: 'Label manager', permissions: ['tracks.view_any', 'playlists.feature'] } });
  assertStatus(made, 201);
  assert.equal(made.headers.get('location'), `/api/v1/roles/${made.body.id}`);
  assert.deepEqual(made.body.permissions, ['playlists.feature', 'tracks.view_any']);
  assert.equal(made.body.is_system, false);
  assertProblem(await root.post('/api/v1/roles', { body: { name: 'label_manager', display_name: 'Again' } }), 409, 'conflict');
  const path = { path: { id: made.body.id } };
  const changed = await root.put('/api/v1/roles/{id}', { ...path, body: { permissions: ['playlists.feature', 'reports.create'], description: 'Looks after a label' } });
  assertStatus(changed, 200);
  assert.deepEqual([changed.body.permissions, changed.body.display_name, changed.body.description], [['playlists.feature', 'reports.create'], 'Label manager', 'Looks after a label']);
  assert.deepEqual((await root.put('/api/v1/roles/{id}', { ...path, body: { display_name: 'Labels' } })).body.permissions, ['playlists.feature', 'reports.create'], 'what was not given stays');
  assertStatus(await root.put('/api/v1/roles/{id}', { ...path, body: { is_active: false, permissions: [] } }), 200);
  assertProblem(await alice.get('/api/v1/roles/{id}', path), 404, 'not_found', 'out of use');
  assert.deepEqual((await root.get('/api/v1/roles/{id}', path)).body.permissions, []);
  assertStatus(await root.delete('/api/v1/roles/{id}', path), 204);
  assertProblem(await root.delete('/api/v1/roles/{id}', path), 404);
  assertProblem(await root.put('/api/v1/roles/{id}', { ...path, body: {} }), 404);
});

test('permissions that do not exist are refused', async () => {
  const problem = assertProblem(await root.post('/api/v1/roles', { body: { name: 'dreamer', display_name: 'Dreamer', permissions: ['tracks.create', 'world.rule'] } }), 422, 'validation');
  assert.equal(problem.errors?.[0]?.field, 'permissions');
  assert.match(problem.errors?.[0]?.message ?? '', /world\.rule/);
  assert.ok(!(await roles()).some((role) => role.name === 'dreamer'));
});

test('a system role cannot be changed or deleted, not even by an administrator', async () => {
  for (const name of ['user', 'content_creator', 'moderator', 'admin']) {
    const path = { path: { id: await idOf(name) } };
    assertProblem(await root.delete('/api/v1/roles/{id}', path), 409, 'system_role');
    assertProblem(await root.put('/api/v1/roles/{id}', { ...path, body: { is_active: false } }), 409, 'system_role');
  }
  assert.equal((await roles()).filter((role) => role.is_system && role.is_active).length, 4);
});

test('nobody but an administrator makes or lends roles', async () => {
  const moderator = await idOf('moderator'), admin = await idOf('admin');
  for (const client of [alice, carol, mia]) {
    assertProblem(await client.post('/api/v1/roles', { body: { name: 'mine', display_name: 'Mine' } }), 403, 'forbidden');
    assertProblem(await client.put('/api/v1/roles/{id}', { path: { id: moderator }, body: {} }), 403);
    assertProblem(await client.delete('/api/v1/roles/{id}', { path: { id: moderator } }), 403);
    for (const id of [ids.alice, ids.mia]) assertProblem(await client.post('/api/v1/users/{id}/roles', { path: { id }, body: { role_id: admin } }), 403);
    assertProblem(await client.get('/api/v1/users/{id}/roles', { path: { id: ids.root } }), 403);
    assertProblem(await client.delete('/api/v1/users/{id}/roles/{role_id}', { path: { id: ids.root, role_id: admin } }), 403);
  }
  assert.equal(await world.sql('select count(*) from user_roles'), '0');
});

test('a lent role counts from the next request on, until it is taken back', async () => {
  const admin = await idOf('admin');
  const logs = () => bob.get('/api/v1/audit/logs');
  await prove(ids.bob);
  assertProblem(await logs(), 403, 'forbidden');
  const lent = await root.post('/api/v1/users/{id}/roles', { path: { id: ids.bob }, body: { role_id: admin } });
  assertStatus(lent, 201);
  assert.deepEqual([lent.body.role, lent.body.assigned_by, lent.body.expires_at], ['admin', ids.root, null]);
  assertStatus(await logs(), 200);
  const me = await bob.get('/api/v1/auth/me');
  assert.deepEqual([me.body.role, me.body.is_admin], ['admin', true]);
  assert.deepEqual((await root.get('/api/v1/users/{id}/roles', { path: { id: ids.bob } })).body.items, [lent.body]);
  const path = { path: { id: ids.bob, role_id: admin } };
  assertStatus(await root.delete('/api/v1/users/{id}/roles/{role_id}', path), 204);
  assertProblem(await logs(), 403, 'forbidden');
  assert.equal((await bob.get('/api/v1/auth/me')).body.role, 'user');
  assertProblem(await root.delete('/api/v1/users/{id}/roles/{role_id}', path), 404);
});

test('a lent role ends by itself', async () => {
  const admin = await idOf('admin');
  await prove(ids.alice);
  const hidden = await world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${ids.carol}', 'Hidden', 'completed', 'private') returning id`);
  const track = () => alice.get('/api/v1/tracks/{id}', { path: { id: hidden } });
  const lend = (expires_at: string) => root.post('/api/v1/users/{id}/roles', { path: { id: ids.alice }, body: { role_id: admin, expires_at } });
  assert.equal(assertProblem(await lend('2020-01-01T00:00:00Z'), 422).errors?.[0]?.field, 'expires_at');
  assertProblem(await track(), 404);
  assertStatus(await lend(new Date(Date.now() + 3600e3).toISOString()), 201);
  assertStatus(await track(), 200);
  const longer = await lend(new Date(Date.now() + 7200e3).toISOString());
  assertStatus(longer, 201);
  assert.equal(await world.sql('select count(*) from user_roles'), '1', 'lending again changes until when');
  await world.sql(`update user_roles set expires_at = now() - interval '1 second'`);
  assertProblem(await track(), 404);
  assert.equal((await alice.get('/api/v1/auth/me')).body.role, 'user');
  assert.deepEqual((await root.get('/api/v1/users/{id}/roles', { path: { id: ids.alice } })).body.items, []);
  await world.sql(`update sessions set mfa_at = null where user_id = '${ids.alice}'`);
});

test('a lower role that is lent takes nothing away, and a role out of use cannot be lent', async () => {
  await root.post('/api/v1/users/{id}/roles', { path: { id: ids.mia }, body: { role_id: await idOf('user') } });
  assert.equal((await mia.get('/api/v1/auth/me')).body.role, 'moderator');
  const made = await make('retired', []);
  assertStatus(await root.put('/api/v1/roles/{id}', { path: { id: made }, body: { is_active: false } }), 200);
  assert.equal(assertProblem(await lend(ids.alice, made), 422).errors?.[0]?.field, 'role_id');
});

test('a permission opens its routes at once, with a second factor, and only those', async () => {
  const auditor = await make('auditor', ['audit.view']);
  const logs = () => alice.get('/api/v1/audit/logs');
  assertProblem(await logs(), 403, 'forbidden');
  assertStatus(await lend(ids.alice, auditor), 201);
  assertProblem(await logs(), 403, 'mfa_setup_required');
  await prove(ids.alice);
  assertStatus(await logs(), 200);
  assertProblem(await alice.post('/api/v1/audit/cleanup', { body: {} }), 403, 'forbidden');
  assertProblem(await alice.post('/api/v1/roles', { body: { name: 'mine', display_name: 'Mine' } }), 403, 'forbidden');
  assertProblem(await alice.post('/api/v1/admin/auth/unlock-account', { body: { user_id: ids.bob } }), 403, 'forbidden');
  assert.equal((await alice.get('/api/v1/auth/me')).body.role, 'user', 'it is no system role');
});

test('a permission ends at once: expired, taken back, taken out of the role, out of use, deleted', async () => {
  const auditor = await idOf('auditor'), path = { path: { id: auditor } };
  const logs = () => alice.get('/api/v1/audit/logs');
  assertStatus(await logs(), 200);
  await world.sql(`update user_roles set expires_at = now() - interval '1 second' where role_id = '${auditor}'`);
  assertProblem(await logs(), 403, 'forbidden', 'expired');
  assertStatus(await lend(ids.alice, auditor, new Date(Date.now() + 3600e3).toISOString()), 201);
  assertStatus(await logs(), 200);
  assertStatus(await root.delete('/api/v1/users/{id}/roles/{role_id}', { path: { id: ids.alice, role_id: auditor } }), 204);
  assertProblem(await logs(), 403, 'forbidden', 'taken back');
  await lend(ids.alice, auditor);
  assertStatus(await logs(), 200);
  assertStatus(await root.put('/api/v1/roles/{id}', { ...path, body: { permissions: [] } }), 200);
  assertProblem(await logs(), 403, 'forbidden', 'taken out of the role');
  assertStatus(await root.put('/api/v1/roles/{id}', { ...path, body: { permissions: ['audit.view'] } }), 200);
  assertStatus(await logs(), 200);
  assertStatus(await root.put('/api/v1/roles/{id}', { ...path, body: { is_active: false } }), 200);
  assertProblem(await logs(), 403, 'forbidden', 'out of use');
  assertStatus(await root.put('/api/v1/roles/{id}', { ...path, body: { is_active: true } }), 200);
  assertStatus(await logs(), 200);
  assertStatus(await root.delete('/api/v1/roles/{id}', path), 204);
  assertProblem(await logs(), 403, 'forbidden', 'deleted');
});

test('whoever manages roles by a permission gives and takes what they hold, and no more', async () => {
  const moderator = await idOf('moderator'), admin = await idOf('admin');
  const steward = await make('steward', ['roles.manage', 'audit.view']), auditor = await make('auditor', ['audit.view']), janitor = await make('janitor', ['audit.cleanup']);
  assertStatus(await lend(ids.carol, steward), 201);
  await prove(ids.carol);
  const byCarol = (id: string, role_id: string) => carol.post('/api/v1/users/{id}/roles', { path: { id }, body: { role_id } });
  assertStatus(await byCarol(ids.bob, auditor), 201);
  assertStatus(await carol.get('/api/v1/users/{id}/roles', { path: { id: ids.bob } }), 200);
  assertStatus(await carol.delete('/api/v1/users/{id}/roles/{role_id}', { path: { id: ids.bob, role_id: auditor } }), 204);
  for (const role of [admin, moderator, janitor, steward]) {
    assertProblem(await byCarol(ids.bob, role), 403, 'forbidden', 'more than she holds, or the power to hand on');
    assertStatus(await lend(ids.dave, role), 201);
    assertProblem(await carol.delete('/api/v1/users/{id}/roles/{role_id}', { path: { id: ids.dave, role_id: role } }), 403, 'forbidden');
    assertStatus(await root.delete('/api/v1/users/{id}/roles/{role_id}', { path: { id: ids.dave, role_id: role } }), 204);
  }
  for (const id of [ids.carol, ids.carol.toUpperCase()]) assertProblem(await byCarol(id, auditor), 403, 'forbidden', 'nothing to herself');
  assertProblem(await carol.post('/api/v1/roles', { body: { name: 'cleaner', display_name: 'Cleaner', permissions: ['audit.cleanup'] } }), 403, 'forbidden');
  assertProblem(await carol.put('/api/v1/roles/{id}', { path: { id: auditor }, body: { permissions: ['audit.view', 'audit.cleanup'] } }), 403, 'forbidden');
  assertProblem(await carol.put('/api/v1/roles/{id}', { path: { id: steward }, body: { permissions: ['audit.view'] } }), 403, 'forbidden', 'her own role');
  assertProblem(await carol.delete('/api/v1/roles/{id}', { path: { id: janitor } }), 403, 'forbidden');
  assertProblem(await carol.put('/api/v1/roles/{id}', { path: { id: admin }, body: { permissions: [] } }), 409, 'system_role');
  const made = await carol.post('/api/v1/roles', { body: { name: 'reader', display_name: 'Reader', permissions: ['audit.view'] } });
  assertStatus(made, 201);
  assertStatus(await carol.put('/api/v1/roles/{id}', { path: { id: made.body.id }, body: { is_active: false } }), 200);
  assertStatus(await carol.delete('/api/v1/roles/{id}', { path: { id: made.body.id } }), 204);
});

test('a role is lent to somebody who exists', async () => {
  assertProblem(await root.get('/api/v1/users/{id}/roles', { path: { id: NOBODY } }), 404);
  assertProblem(await root.post('/api/v1/users/{id}/roles', { path: { id: NOBODY }, body: { role_id: await idOf('user') } }), 404);
  assertProblem(await root.post('/api/v1/users/{id}/roles', { path: { id: ids.bob }, body: { role_id: NOBODY } }), 422, 'validation');
});

test('what was lent is handed on for no longer', async () => {
  const keeper = await make('keeper', ['roles.manage', 'reports.create']), reporter = await make('reporter', ['reports.create']);
  const ends = new Date(Date.now() + 3600e3).toISOString();
  assertStatus(await lend(ids.bob, keeper, ends), 201);
  await prove(ids.bob);
  const handOn = (more: { expires_at?: string } = {}) => bob.post('/api/v1/users/{id}/roles', { path: { id: ids.carol }, body: { role_id: reporter, ...more } });
  await until('the proof to count', async () => (await handOn()).status === 201);
  for (const more of [{}, { expires_at: new Date(Date.now() + 7200e3).toISOString() }]) {
    const reply = await handOn(more);
    assertStatus(reply, 201);
    assert.equal(Date.parse(reply.body.expires_at!), Date.parse(ends));
  }
});
