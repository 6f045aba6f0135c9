/** What each table holds about people: the declarations of the modules against the schema, the archive and the erasure. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { makeSound, png, wav } from '../support/media.ts';
import { BINARY, ROOT } from '../support/paths.ts';
import { columnsWith, declarations, declarationsText, Filler, sha256, storedFiles, unpack } from '../support/personal.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { cluster, PASSWORD, template, World } from '../support/world.ts';

const world = await World.start('personal', { TRUSTED_PROXIES: '127.0.0.1' });
const visitor = world.visitor;
const NAME = 'quilla', EMAIL = 'quilla.mail@example.org', IP = '203.0.113.99', PROGRAM = 'Programme of hers';
const MINE = 'hers_left', OTHERS = 'bobs_left', GUESTS = 'guests_left';
const headers = { 'x-forwarded-for': IP, 'user-agent': PROGRAM };

test('docs/privacy.md shows what the modules declare of each table', () => {
  assert.ok(readFileSync(path.join(ROOT, 'docs/privacy.md'), 'utf8').includes(declarationsText), 'put what `veza privacy` prints into docs/privacy.md');
});

test('a table that no module declares fails the check, and so does one that refers to people and says it does not', async () => {
  const other = await World.start('undeclared');
  await other.sql('create table diaries (id uuid primary key, user_id uuid references users (id) on delete cascade); alter table genres add column found_by uuid references users (id)');
  const { status, stderr } = spawnSync(BINARY, ['openapi', '--check'], { encoding: 'utf8', cwd: '/tmp',
    env: { PATH: '/usr/bin:/bin', ...template.settings, DATABASE_URL: cluster.url(other.database), VEZA_DATA_DIR: other.server.dataDir } });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /Table diaries: its module does not declare what an archive contains of it and what erasure does to it/);
  assert.match(stderr, /Table genres: it is declared as about nobody, and refers to people/);
});

/** Tables that routes and the server itself fill. */
async function live(): Promise<{ id: string; client: typeof visitor; track: string; hashes: string[] }> {
  const registered = await visitor.post('/api/v1/auth/register', { body: { username: NAME, email: EMAIL, password: PASSWORD }, headers });
  assertStatus(registered, 201);
  const client = visitor.as({ token: registered.body.access_token }), id = registered.body.user.id!;
  assertStatus(await client.post('/api/v1/users/me/creator', { headers }), 200);
  const sound = wav(makeSound(1, { seed: 7 }));
  const track = await playable(client, { title: `${MINE}_title`, file: sound, cover: png(300, 300) });
  const avatar = new FormData();
  avatar.set('avatar', new Blob([new Uint8Array(png(300, 300))], { type: 'image/png' }), 'me.png');
  assertStatus(await client.post('/api/v1/users/{id}/avatar', { path: { id }, body: avatar as never, headers }), 200);
  await visitor.post('/api/v1/auth/login', { body: { email: EMAIL, password: 'wrong' }, headers });
  await world.sql(`insert into outbox (name, key, payload) values ('test.left', '${id}', jsonb_build_object('user_id', '${id}', 'words', '${MINE}_event'));
    insert into jobs (kind, state, finished_at, payload) values ('test.left', 'done', now(), jsonb_build_object('user_id', '${id}', 'words', '${MINE}_job'));
    select realtime_send('user:${id}', 'pong', '{"words": "${MINE}_message"}'), realtime_send('user:${template.ids.bob}', 'pong', '{"user_id": "${id}", "words": "${MINE}_message"}')`);
  await until('the event to have a number', async () => (await world.sql(`select number is not null from outbox where name = 'test.left'`)) === 't');
  await world.sql(`insert into bus_unfinished (subscriber, number, key, attempts, dead_at, last_error)
    select (select min(name) from bus_subscribers), number, key, 50, now(), '${MINE}_error' from outbox where name = 'test.left'`);
  return { id, client, track: track.id, hashes: [sha256(sound)] };
}
const LIVE = ['outbox', 'jobs', 'bus_unfinished', 'audit_logs', 'login_failures', 'data_exports', 'realtime_topics', 'realtime_messages'];

/** How many rows of each table have the words of others, in things of others. */
async function rowsOfOthers(): Promise<Record<string, number>> {
  const counted = await world.sql(declarations.map(({ table }) => `select '${table} ' || count(*) from "${table}" t where t::text like '%${OTHERS}%'`).join(' union all '));
  return Object.fromEntries(counted.split('\n').map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]));
}

test('every table, filled for one person, is in the archive and ends as it is declared, and nothing else is left of them', async () => {
  const { id, client, track, hashes } = await live();
  const filler = new Filler(world, { person: id, other: template.ids.bob }, { person: MINE, other: OTHERS, guest: GUESTS }, { person: IP, other: '198.51.100.7' });
  await filler.fill(LIVE);
  hashes.push(...filler.files);

  const begun = await client.post('/api/v1/users/me/export', { headers });
  assertStatus(begun, 202);
  const done = await until('the archive', async () => {
    const { body } = await client.get('/api/v1/users/me/exports/{id}', { path: { id: begun.body.id }, headers });
    return body.status === 'completed' && body;
  }, 60);
  const reply = await client.send('GET', done.download_url!, { headers });
  assertStatus(reply, 200);
  const archive = await unpack(reply.bytes);
  for (const { table, subjects } of declarations)
    for (const subject of subjects) assert.ok(archive.get(`data/${subject}.json`)!.length > 10, `${table}: data/${subject}.json is empty`);
  const packed = new Set([...archive.values()].map(sha256));
  for (const hash of hashes) assert.ok(packed.has(hash), 'a file of theirs is missing');
  hashes.push(...[...await storedFiles(world)].filter(([name]) => name.includes(track) || name.includes(id)).map(([, hash]) => hash));

  const filled = new Set((await columnsWith(world, id, MINE, EMAIL)).map((column) => column.split('.')[0]));
  for (const { table } of declarations.filter(({ end }) => end !== 'about nobody'))
    assert.ok(filled.has(table) || table === 'login_failures' || (await filler.hasRow(table)), `${table} has no row of theirs`);
  const before = await rowsOfOthers();

  assertStatus(await client.delete('/api/v1/users/me', { body: { password: PASSWORD }, headers }), 200);
  await world.sql(`update users set deletion_at = now() - interval '61 seconds' where id = '${id}'; update jobs set run_at = now() where kind = 'privacy.sweep'`);
  await until('the erasure', async () => (await world.sql(`select count(*) from users where id = '${id}'`)) === '0', 60);

  const stays = new Set(declarations.filter(({ end }) => end === 'kept').map(({ table }) => table));
  for (const [what, texts] of Object.entries({ id: [id], name: [NAME], address: [EMAIL, IP], program: [PROGRAM], 'hashes of files': hashes }))
    assert.deepEqual((await columnsWith(world, ...texts)).filter((column) => !stays.has(column.split('.')[0]!)), [], `${what} is left`);
  const deleted = new Set(declarations.filter(({ end }) => end === 'deleted').map(({ table }) => table));
  assert.deepEqual((await columnsWith(world, MINE)).filter((column) => deleted.has(column.split('.')[0]!)), [], 'their words are left in tables that are declared as deleted');
  assert.equal(await world.sql('select count(*) from login_failures'), '0');
  const left = await storedFiles(world);
  assert.deepEqual([...left].filter(([name, hash]) => hashes.includes(hash) || name.includes(id) || name.includes(track)).map(([name]) => name), [], 'their files are left');
  assert.deepEqual(await rowsOfOthers(), before, 'what others have is not touched');
});
