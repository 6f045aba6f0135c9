/** The audit log only grows for the identity that requests have in the database, whatever somebody makes them say. */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { assertStatus, Client } from '../support/client.ts';
import { BINARY } from '../support/paths.ts';
import { Server } from '../support/server.ts';
import { cluster, template, World } from '../support/world.ts';

const run = promisify(execFile);
const world = await World.start('audit-role');

/** What psql says to these statements, one session; refusals are thrown with PostgreSQL's own words. */
async function psql(conninfo: string, statements: string, role?: string): Promise<string> {
  const { stdout } = await run('psql', ['-d', conninfo, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', statements],
    { env: { PATH: process.env['PATH'], ...(role ? { PGOPTIONS: `-c role=${role}` } : {}) }, cwd: '/' });
  return stdout.trim();
}

const CHANGES = ['update audit_logs set status = 200', 'update audit_logs set actor_id = null where id = 1', 'delete from audit_logs', 'truncate audit_logs',
  `set veza.audit_retention = 'on'; delete from audit_logs`, 'with gone as (delete from audit_logs returning id) select count(*) from gone'];
const OWNERS_WORK = ['alter table audit_logs disable trigger all', 'drop trigger audit_logs_append_only on audit_logs', 'drop table audit_logs',
  'alter table audit_logs owner to veza_app', `create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'`];

/** Everything that must be refused to this identity, and what it needs. */
async function assertGuarded(conninfo: string, role?: string): Promise<void> {
  assert.equal(await psql(conninfo, 'select current_user', role), 'veza_app');
  for (const statement of CHANGES) await assert.rejects(psql(conninfo, statement, role), /permission denied for table audit_logs/, statement);
  for (const statement of OWNERS_WORK) await assert.rejects(psql(conninfo, statement, role), /must be owner of|permission denied/, statement);
  await assert.rejects(psql(conninfo, 'select audit_delete_old(89, 10)', role), /last 90 days stay/);
  await assert.rejects(psql(conninfo, 'select audit_delete_old(null, 10)', role), /last 90 days stay/);
  await assert.rejects(psql(conninfo, 'delete from schema_migrations', role), /permission denied for table schema_migrations/);
  assert.match(await psql(conninfo, `insert into audit_logs (action) values ('POST /kept') returning id`, role), /^\d+$/);
}

test('with the identity of requests, PostgreSQL refuses to change, delete or truncate the audit log (DATABASE_URL)', async () => {
  await assertGuarded(cluster.url(world.database), 'veza_app');
});

test('requests have that identity (DATABASE_URL)', async () => {
  await world.sql(`alter table audit_logs alter column details set default jsonb_build_object('as', current_user)`);
  assertStatus(await world.as('alice').put('/api/v1/users/settings', { body: { autoplay: false } }), 200);
  assert.equal(await world.sql(`select details ->> 'as' from audit_logs where action = 'PUT /api/v1/users/settings'`), 'veza_app');
  assert.ok(!world.server.log().includes('requests run as the owner'));
});

test('old lines go by the retention alone, which cannot be talked into more', async () => {
  await world.sql(`insert into audit_logs (at, action) select now() - interval '100 days', 'POST /old' from generate_series(1, 5)`);
  assert.equal(await psql(cluster.url(world.database), 'select audit_delete_old(95, 2)', 'veza_app'), '2', 'a piece at a time');
  assert.equal((await world.as('root').post('/api/v1/audit/cleanup', { body: { older_than_days: 95 } })).body.deleted, 3);
  await assert.rejects(psql(cluster.url(world.database), `select audit_delete_old(95, 2); delete from audit_logs`, 'veza_app'), /permission denied/);
  await assert.rejects(world.sql(`select audit_delete_old(95, 2); delete from audit_logs`), /append-only/, 'nor is the trigger open afterwards');
});

const embedded = new Server('embedded', { DATABASE_DURABLE: 'false', ...template.settings });
after(() => embedded.remove());

test('the embedded database has a login of its own for requests, with no way to the owner', async () => {
  await embedded.start();
  const folder = path.join(embedded.dataDir, 'pg/data');
  let socket: string;
  try {
    socket = readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n')[4]!;
  } catch {
    socket = readFileSync(path.join(readlinkSync(path.join(embedded.dataDir, 'pg')), 'data/postmaster.pid'), 'utf8').split('\n')[4]!;
  }
  const as = (user: string) => `host=${socket} port=5432 user=${user} dbname=veza`;
  assertStatus(await new Client(embedded.api).get('/api/v1/auth/check-username', { query: { username: 'ada' } }), 200);
  assert.equal(await psql(as('postgres'), `select string_agg(distinct usename, ',') from pg_stat_activity where application_name = 'veza'`), 'veza_app');
  await assertGuarded(as('veza_app'));
  for (const role of ['veza', 'postgres', 'none']) {
    await assert.rejects(psql(as('veza_app'), `set role ${role}; delete from audit_logs`), /permission denied/, role);
    await assert.rejects(psql(as('veza_app'), `set session authorization ${role === 'none' ? 'veza' : role}`), /permission denied/, role);
  }
});

test('an owner who may not make roles is served all the same, and told about it', async () => {
  const database = `plain${process.pid}`;
  await cluster.sql('postgres', `create role ${database} login nosuperuser`);
  await cluster.sql('postgres', `create database ${database} owner ${database}`);
  const url = cluster.url(database).replace('user=app', `user=${database}`);
  const server = new Server('plain', { ...template.settings, DATABASE_URL: url });
  const doctor = async () => (await run(BINARY, ['doctor'], { env: { PATH: process.env['PATH'], VEZA_DATA_DIR: server.dataDir, DATABASE_URL: url }, cwd: server.dataDir })
    .catch((error: { stdout: string }) => error)).stdout;
  try {
    await server.start();
    await server.logged(/requests run as the owner of the tables/);
    assertStatus(await new Client(server.api).post('/api/v1/auth/register', { body: { username: 'ada', email: 'ada@example.org', password: 'correct horse battery' } }), 201);
    await assert.rejects(psql(url, 'delete from audit_logs'), /append-only/, 'the trigger is left');
    assert.match(await doctor(), /! audit log .*only a trigger protects it/);
    await cluster.sql('postgres', `grant veza_app to ${database}`);
    await run(BINARY, ['migrate', 'up'], { env: { PATH: process.env['PATH'], VEZA_DATA_DIR: server.dataDir, DATABASE_URL: url }, cwd: server.dataDir });
    assert.match(await doctor(), /✓ audit log .*veza_app/);
    await server.stop();
    await server.start();
    await assertGuarded(url, 'veza_app');
    assertStatus(await new Client(server.api).post('/api/v1/auth/login', { body: { email: 'ada@example.org', password: 'correct horse battery' } }), 200);
  } finally {
    await server.remove();
    await cluster.drop(database);
    await cluster.sql('postgres', `drop role ${database}`);
  }
});
