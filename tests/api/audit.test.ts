/** The audit log: who did what, for those who may know. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { png } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { browser, emailOf, PASSWORD, template, World } from '../support/world.ts';

const world = await World.start('audit');
const visitor = world.visitor;
const alice = world.as('alice'), bob = world.as('bob'), root = world.as('root'), mia = world.as('mia');
const ids = template.ids;

const own = async (client: Client, query = {}) => {
  const reply = await client.get('/api/v1/audit/activity', { query });
  assertStatus(reply, 200);
  return reply.body.items;
};
const search = async (query: Record<string, unknown>) => {
  const reply = await root.get('/api/v1/audit/logs', { query: query as never });
  assertStatus(reply, 200);
  return reply.body.items;
};
/** Lines as if from long ago or far away. */
const line = (fields: { actor?: string; action: string; status: number; ip?: string; at?: string }, count = 1) => world.sql(`insert into audit_logs (at, actor_id, action, target, status, ip)
  select ${fields.at ?? 'now()'}, ${fields.actor ? `'${fields.actor}'` : 'null'}, '${fields.action}', '/x', ${fields.status}, ${fields.ip ? `'${fields.ip}'` : 'null'} from generate_series(1, ${count})`);

test('a change leaves a line with who, what, from where and how it ended', async () => {
  const reply = await alice.put('/api/v1/users/{id}', { path: { id: ids.alice }, body: { bio: 'seen' }, headers: { 'user-agent': 'audit test/1.0' } });
  assertStatus(reply, 200);
  const [last] = await own(alice);
  assert.deepEqual([last!.action, last!.target, last!.status, last!.ip, last!.user_agent, last!.actor_username, last!.actor_id],
    ['PUT /api/v1/users/{id}', `/api/v1/users/${ids.alice}`, 200, '127.0.0.1', 'audit test/1.0', 'alice', ids.alice]);
  assert.equal(last!.request_id, reply.headers.get('x-request-id'));
  assert.doesNotMatch(JSON.stringify(await search({})), /seen|correct horse/, 'no contents and no passwords');
});

test('a change and its line are there together or not at all, also when the connection to the database is lost in between', async () => {
  const avatar = new FormData();
  avatar.set('avatar', new Blob([new Uint8Array(png(640, 640))], { type: 'image/png' }), 'a.png');
  assertStatus(await alice.post('/api/v1/users/{id}/avatar', { path: { id: ids.alice }, body: avatar }), 200);
  await world.sql(`create function wait_for_test() returns trigger language plpgsql as $$begin perform pg_advisory_xact_lock(77); return new; end$$;
    create trigger wait_for_test before insert on audit_logs for each row execute function wait_for_test()`);
  const profile = () => world.sql(`select bio, avatar from users where id = '${ids.alice}'`);
  for (const [action, change] of [
    ['PUT /api/v1/users/{id}', () => alice.put('/api/v1/users/{id}', { path: { id: ids.alice }, body: { bio: 'changed without a line' } })],
    ['DELETE /api/v1/users/{id}/avatar', () => alice.delete('/api/v1/users/{id}/avatar', { path: { id: ids.alice } })], /* by a handler */
  ] as const) {
    const lines = async () => (await own(alice, { action })).filter((one) => (one.status ?? 500) < 400).length, had = await lines(), before = await profile();
    const waiting = () => world.sql("select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory'");
    const held = await world.hold('select pg_advisory_lock(77)');
    const reply = change();
    const backend = await until('the line to wait', waiting);
    await world.sql(`select pg_terminate_backend(${backend})`);
    await until('its connection to end', async () => (await world.sql(`select count(*) from pg_stat_activity where pid = ${backend}`)) === '0');
    await held.letGo();
    assertProblem(await reply, 503, 'unavailable');
    assert.equal(await profile(), before);
    assert.equal(await lines(), had);
    assertStatus(await change(), action.startsWith('PUT') ? 200 : 204);
    assert.equal(await lines(), had + 1);
  }
  await world.sql('drop trigger wait_for_test on audit_logs');
});

test('everybody sees their own lines and nobody else\'s', async () => {
  await bob.put('/api/v1/users/{id}', { path: { id: ids.bob }, body: { bio: 'mine' } });
  assert.ok((await own(bob)).every((one) => one.actor_id === ids.bob));
  assert.equal((await own(bob, { action: 'PUT' })).length, 1);
  assert.equal((await own(bob, { action: '%' })).length, 0, 'a percent sign is one');
});

test('the log is for administrators, and for nobody else', async () => {
  for (const client of [alice, mia]) {
    assertProblem(await client.get('/api/v1/audit/logs'), 403);
    assertProblem(await client.get('/api/v1/audit/stats'), 403);
    assertProblem(await client.get('/api/v1/audit/suspicious'), 403);
    assertProblem(await client.get('/api/v1/audit/ip/{ip}', { path: { ip: '127.0.0.1' } }), 403);
    assertProblem(await client.get('/api/v1/audit/logs/{id}', { path: { id: '1' } }), 403);
    assertProblem(await client.post('/api/v1/audit/cleanup', { body: {} }), 403, 'forbidden');
  }
});

test('trying what one\'s role does not allow leaves a line', async () => {
  assertProblem(await mia.post('/api/v1/audit/cleanup', { body: {} }), 403, 'forbidden');
  const lines = await search({ username: 'MIA', action: 'audit/cleanup' });
  assert.ok(lines.length >= 1 && lines.every((one) => one.status === 403 && one.actor_id === ids.mia));
  const as = await browser(visitor, emailOf('bob'));
  assertProblem(await visitor.put('/api/v1/users/settings', { as: { cookies: as.cookies, csrf: 'wrong' }, body: { autoplay: false } }), 403, 'csrf_failed');
  assert.equal((await search({ actor_id: ids.bob, status: 403 })).length, 1);
});

test('the search narrows by each of its filters', async () => {
  await line({ actor: ids.carol, action: 'POST /api/v1/tracks', status: 201, ip: '192.0.2.7' });
  await line({ actor: ids.carol, action: 'DELETE /api/v1/tracks/{id}', status: 404, ip: '192.0.2.9' });
  await line({ actor: ids.carol, action: 'POST /api/v1/tracks', status: 201, ip: '2001:db8::5', at: `now() - interval '40 days'` });
  const count = async (query: Record<string, unknown>) => (await search({ actor_id: ids.carol, ...query })).filter((one) => one.target === '/x').length;
  assert.equal(await count({}), 2, 'thirty days');
  assert.equal(await count({ from: new Date(Date.now() - 50 * 86400e3).toISOString() }), 3);
  assert.equal(await count({ from: new Date(Date.now() - 50 * 86400e3).toISOString(), to: new Date(Date.now() - 86400e3).toISOString() }), 1);
  assert.equal(await count({ ip: '192.0.2.0/24' }), 2);
  assert.equal(await count({ ip: '192.0.2.7' }), 1);
  assert.equal(await count({ action: 'delete' }), 1);
  assert.equal(await count({ status: 201 }), 1);
  assert.equal(await count({ outcome: 'refused' }), 1);
  assert.equal(await count({ outcome: 'granted', target: '/x' }), 1);
  assert.equal(await count({ target: '/y' }), 0);
  assert.equal(await count({ username: 'dave' }), 0);
  assertProblem(await root.get('/api/v1/audit/logs', { query: { ip: '999.1.1.1' } }), 422, 'validation');
});

test('a line opens by its number, and an address by itself', async () => {
  const [found] = await search({ ip: '192.0.2.7' });
  const reply = await root.get('/api/v1/audit/logs/{id}', { path: { id: String(found!.id) } });
  assertStatus(reply, 200);
  assert.deepEqual(reply.body, found);
  assertProblem(await root.get('/api/v1/audit/logs/{id}', { path: { id: '999999999999999999' } }), 404);
  assertProblem(await root.send('GET', '/api/v1/audit/logs/one'), 404);
  const from = await root.get('/api/v1/audit/ip/{ip}', { path: { ip: '2001:db8:0::5' } });
  assertStatus(from, 200);
  assert.deepEqual(from.body.items.map((one) => one.ip), ['2001:db8::5'], 'however it is written');
  for (const ip of ['nowhere', '192.0.2.250']) assertProblem(await root.get('/api/v1/audit/ip/{ip}', { path: { ip } }), 404);
  assertProblem(await root.get('/api/v1/audit/ip/{ip}', { path: { ip: '999.1.1.1' } }), 422, 'validation');
});

test('statistics add up', async () => {
  const reply = await root.get('/api/v1/audit/stats', { query: { days: 60 } });
  assertStatus(reply, 200);
  const sum = (list: unknown) => (list as { count: number }[]).reduce((total, one) => total + one.count, 0);
  assert.equal(sum(reply.body.by_status), reply.body.total);
  assert.equal(sum(reply.body.by_day), reply.body.total);
  assert.ok(reply.body.refused > 0 && reply.body.refused < reply.body.total);
  assert.ok((reply.body.by_day as unknown[]).length >= 2);
});

async function suspicious(rule: string) {
  const reply = await root.get('/api/v1/audit/suspicious', { query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items.filter((one) => one.rule === rule);
}

test('failed sign-ins from one address are found, and the one that then succeeds', async () => {
  assert.deepEqual(await suspicious('password_guessing'), []);
  for (let i = 0; i < 10; i++) assertProblem(await visitor.post('/api/v1/auth/login', { body: { email: `nobody${i}@example.org`, password: 'wrong password' } }), 401);
  const [guessing] = await suspicious('password_guessing');
  assert.deepEqual([guessing!.ip, guessing!.count, guessing!.severity], ['127.0.0.1', 10, 'medium']);
  assert.deepEqual(await suspicious('password_guessed'), []);
  assertStatus(await visitor.post('/api/v1/auth/login', { body: { email: emailOf('bob'), password: PASSWORD } }), 200);
  const [guessed] = await suspicious('password_guessed');
  assert.deepEqual([guessed!.ip, guessed!.actor_username, guessed!.count, guessed!.severity], ['127.0.0.1', 'bob', 10, 'high']);
});

test('each rule starts at its threshold and not before', async () => {
  const rules: [string, Parameters<typeof line>[0], number][] = [
    ['many_accounts', { action: 'POST /api/v1/auth/register', status: 201, ip: '198.51.100.1' }, 5],
    ['refused_actions', { actor: ids.carol, action: 'POST /api/v1/roles', status: 403, ip: '198.51.100.2' }, 10],
    ['probing', { actor: ids.dave, action: 'PUT /api/v1/tracks/{id}', status: 404, ip: '198.51.100.3' }, 30],
  ];
  for (const [rule, fields, threshold] of rules) {
    await line(fields, threshold - 1);
    assert.deepEqual(await suspicious(rule), [], `${rule} below`);
    await line({ ...fields, at: `now() - interval '25 hours'` });
    assert.deepEqual(await suspicious(rule), [], `${rule} too long ago`);
    await line(fields);
    assert.deepEqual((await suspicious(rule)).map((one) => one.count), [threshold], rule);
  }
  const addresses = Number(await world.sql(`select count(distinct ip) from audit_logs where actor_id = '${ids.dave}'`));
  for (let i = addresses + 1; i <= 5; i++) {
    assert.deepEqual(await suspicious('many_addresses'), [], `${i - 1} addresses`);
    await line({ actor: ids.dave, action: 'POST /x', status: 200, ip: `203.0.113.${i}` }, 3);
  }
  assert.deepEqual((await suspicious('many_addresses')).map((one) => [one.actor_username, one.count]), [['dave', 5]]);
});

test('administration from an address that is new for its person is found', async () => {
  const action = 'POST /api/v1/roles', rule = 'administration_from_new_address';
  await line({ actor: ids.root, action: 'POST /api/v1/auth/login', status: 200, ip: '203.0.113.50', at: `now() - interval '3 days'` });
  await line({ actor: ids.root, action, status: 201, ip: '203.0.113.50' });
  assert.equal((await suspicious(rule)).filter((one) => one.ip === '203.0.113.50').length, 0, 'a known address');
  await line({ actor: ids.root, action: 'POST /api/v1/auth/login', status: 200, ip: '203.0.113.60' });
  assert.equal((await suspicious(rule)).filter((one) => one.ip === '203.0.113.60').length, 0, 'nothing was administered');
  await line({ actor: ids.root, action: 'POST /api/v1/roles', status: 403, ip: '203.0.113.60' });
  assert.equal((await suspicious(rule)).filter((one) => one.ip === '203.0.113.60').length, 0, 'nor granted');
  await line({ actor: ids.root, action, status: 201, ip: '203.0.113.60' });
  const [found] = (await suspicious(rule)).filter((one) => one.ip === '203.0.113.60');
  assert.deepEqual([found!.actor_username, found!.severity, found!.count], ['root', 'high', 1]);
});

test('the log only grows, but for the retention, which leaves a line itself', async () => {
  for (const statement of ['delete from audit_logs', 'update audit_logs set status = 200', 'truncate audit_logs'])
    await assert.rejects(world.sql(statement), /append-only/, statement);
  await line({ action: 'POST /old', status: 200, at: `now() - interval '400 days'` }, 3);
  await line({ action: 'POST /old', status: 200, at: `now() - interval '100 days'` }, 2);
  const count = () => world.sql(`select count(*) from audit_logs where action = 'POST /old'`);
  assertProblem(await root.post('/api/v1/audit/cleanup', { body: { older_than_days: 30 } }), 422, 'validation');
  assert.equal((await root.post('/api/v1/audit/cleanup', { body: {} })).body.deleted, 3);
  assert.equal(await count(), '2');
  assert.equal((await root.post('/api/v1/audit/cleanup', { body: { older_than_days: 90 } })).body.deleted, 2);
  assert.equal((await root.post('/api/v1/audit/cleanup', { body: { older_than_days: 90 } })).body.deleted, 0);
  assert.equal((await search({ actor_id: ids.root, action: 'audit/cleanup', outcome: 'granted' })).length, 3);
  await assert.rejects(world.sql('delete from audit_logs'), /append-only/, 'still closed afterwards');
});
