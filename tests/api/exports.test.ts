/** Archives of one's own data. */
import { strict as assert } from 'node:assert';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus, type BodyOf, type Client } from '../support/client.ts';
import { onDisk } from '../support/level.ts';
import { makeSound, png, wav } from '../support/media.ts';
import { unpack } from '../support/personal.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { browser, emailOf, PASSWORD, template, World } from '../support/world.ts';

const world = await World.start('exports');
const carol = world.as('carol'), alice = world.as('alice'), dave = world.as('dave');
const ids = template.ids;
const EXPORTS = '/api/v1/users/me/exports';

type Export = BodyOf<'get', '/api/v1/users/me/exports/{id}'>;

async function begin(client: Client): Promise<string> {
  const reply = await client.post('/api/v1/users/me/export');
  assertStatus(reply, 202);
  assert.equal(reply.headers.get('location'), `${EXPORTS}/${reply.body.id}`);
  return reply.body.id;
}

const ended = (client: Client, id: string): Promise<Export> => until(`archive ${id}`, async () => {
  const reply = await client.get('/api/v1/users/me/exports/{id}', { path: { id } });
  assertStatus(reply, 200);
  return !['pending', 'processing'].includes(reply.body.status) && reply.body;
}, 60);

async function make(client: Client): Promise<Export> {
  const done = await ended(client, await begin(client));
  assert.equal(done.status, 'completed', done.error_message ?? '');
  return done;
}

async function fetchArchive(client: Client, done: Export): Promise<Map<string, Buffer>> {
  const reply = await client.send('GET', done.download_url!);
  assertStatus(reply, 200);
  assert.equal(reply.bytes.length, done.file_size_bytes);
  return unpack(reply.bytes);
}

const json = (files: Map<string, Buffer>, name: string) => JSON.parse(files.get(`data/${name}.json`)!.toString());

/** RFC 4180, by the book. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    const row = rows.at(-1) && rows.at(-1)!.at(-1) === undefined ? rows.at(-1)! : (rows.push([]), rows.at(-1)!);
    row.pop();
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ',') row.push(undefined as never);
  }
  return rows.filter((row) => row.length > 1 || row[0] !== '');
}

const storedArchives = (id: string) => {
  const folder = path.join(world.server.dataDir, 'files/exports', id);
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.zip')).map((name) => path.dirname(name)) : [];
};

const sound = wav(makeSound(2, { seed: 7 }));
const track = await playable(carol, { title: 'Mine, "all" of it', file: sound, filename: 'Mon été.wav', cover: png(400, 400), description: 'line\r\nbreak' });
const picture = (name: string) => {
  const form = new FormData();
  form.set(name, new Blob([new Uint8Array(png(900, 300))], { type: 'image/png' }), 'me.png');
  return form;
};
assertStatus(await carol.post('/api/v1/users/{id}/avatar', { path: { id: ids.carol }, body: picture('avatar') as never }), 200);
assertStatus(await carol.post('/api/v1/users/{id}/banner', { path: { id: ids.carol }, body: picture('banner') as never }), 200);
assertStatus(await alice.post('/api/v1/users/{id}/follow', { path: { id: ids.carol } }), 200);
assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: ids.dave } }), 204);

test('an archive holds what one has, as JSON, as tables and as files, byte by byte', async () => {
  const files = await fetchArchive(carol, await make(carol));
  assert.ok(sound.equals(files.get(`files/tracks/${track.id}/original.wav`)!), 'the upload came back as it was');
  for (const name of [`files/tracks/${track.id}/cover.webp`, 'files/avatar.webp', 'files/banner.webp']) assert.equal(files.get(name)?.subarray(8, 12).toString(), 'WEBP', name);
  const profile = json(files, 'profile') as Record<string, unknown>;
  assert.deepEqual([profile['username'], profile['email'], profile['id']], ['carol', emailOf('carol'), ids.carol]);
  assert.equal(json(files, 'settings').language, 'en');
  assert.deepEqual(json(files, 'tracks').map((one: { title: string; original_filename: string }) => [one.title, one.original_filename]), [['Mine, "all" of it', 'Mon été.wav']]);
  assert.deepEqual(json(files, 'followers').map((one: { username: string }) => one.username), ['alice']);
  assert.deepEqual(json(files, 'blocks').map((one: { username: string }) => one.username), ['dave']);
  assert.ok(json(files, 'sessions').length >= 1 && json(files, 'login_history').length >= 1);
  assert.ok(json(files, 'audit').some((line: { action: string }) => line.action === 'POST /api/v1/tracks'));
  const manifest = JSON.parse(files.get('manifest.json')!.toString()) as { subjects: string[]; files: { name: string; missing: boolean }[] };
  assert.deepEqual(manifest.subjects.filter((name) => !files.has(`data/${name}.json`)), []);
  assert.deepEqual(manifest.files.filter((one) => one.missing || !files.has(one.name)), []);
});

test('tables are RFC 4180, and what would run as a formula does not', async () => {
  const titles = ['=cmd|\' /C calc\'!A0', '+1+1', '-2+3', '@SUM(A1)', 'say "hi", twice', 'plain'];
  for (const title of titles) await world.sql(`insert into tracks (creator_id, title, bpm, loudness_lufs, status) values ('${ids.dave}', $x$${title}$x$, 90, -14.5, 'completed')`);
  await world.sql(`insert into tracks (creator_id, title, description, status) values ('${ids.dave}', 'broken', e'\\tone\\r\\ntwo', 'completed')`);
  const files = await fetchArchive(dave, await make(dave));
  const text = files.get('csv/tracks.csv')!.toString();
  assert.ok(text.endsWith('\r\n'));
  const [names, ...rows] = parseCsv(text);
  const column = (name: string) => rows.map((row) => row[names!.indexOf(name)]);
  assert.equal(rows.length, 7);
  for (const row of rows) assert.equal(row.length, names!.length);
  assert.deepEqual(column('title'), ["'=cmd|' /C calc'!A0", "'+1+1", "'-2+3", "'@SUM(A1)", 'say "hi", twice', 'plain', 'broken']);
  assert.equal(column('description').at(-1), "'\tone\r\ntwo");
  assert.deepEqual([column('bpm')[0], column('loudness_lufs')[0]], ['90', '-14.5'], 'numbers stay numbers');
  for (const [name, bytes] of files) if (name.startsWith('csv/')) for (const cell of parseCsv(bytes.toString()).flat()) assert.doesNotMatch(cell, /^[=+@\t\r]|^-(?![\d.]+$)/, name);
});

test('no secret is in an archive: no hash of a password, no key, no token, nothing of a passkey', async () => {
  const secrets: Record<string, string> = {
    'password hash': await world.sql(`select password_hash from users where id = '${ids.alice}'`),
    'session token hash': 'secret-session-token-hash', 'refresh token hash': await world.sql(`select token_hash from refresh_tokens where user_id = '${ids.alice}' limit 1`),
    'mail link hash': 'secret-mail-link-hash', 'second factor': 'secret-totp', 'backup code': 'secret-backup', 'recovery code': 'secret-recovery-code',
    'passkey id': 'secret-passkey-id', 'passkey key': 'secret-passkey-key', 'provider access': 'secret-oauth-access', 'provider refresh': 'secret-oauth-refresh',
    'api key hash': 'secret-api-key-hash', 'api key prefix': 'vz_secretpfx', 'stream key': 'secret-stream-key', 'share token': 'secret-share-token', 'push address': 'secret-push-address', 'push key': 'secret-p256dh', 'push secret': 'secret-push-auth', 'browser': 'secret-browser-hash',
  };
  const me = `'${ids.alice}'`;
  await world.sql(`update sessions set token_hash = 'secret-session-token-hash' where id = (select id from sessions where user_id = ${me} limit 1);
    insert into user_tokens (user_id, purpose, token_hash, email, expires_at) values (${me}, 'verify_email', 'secret-mail-link-hash', 'a@example.org', now());
    insert into mfa_configs (user_id, secret, backup_codes) values (${me}, 'secret-totp', 'secret-backup');
    insert into recovery_codes (user_id, code) values (${me}, 'secret-recovery-code');
    insert into webauthn_credentials (user_id, credential_id, public_key, name) values (${me}, 'secret-passkey-id', 'secret-passkey-key', 'My phone');
    insert into federated_identities (user_id, provider, provider_id, access_token, refresh_token) values (${me}, 'google', 'her-google-id', 'secret-oauth-access', 'secret-oauth-refresh');
    insert into push_subscriptions (user_id, session_id, endpoint, p256dh, auth) select user_id, id, 'https://push.example/secret-push-address', 'secret-p256dh', 'secret-push-auth' from sessions where user_id = ${me} limit 1;
    update sessions set browser_hash = 'secret-browser-hash' where user_id = ${me};
    insert into api_keys (user_id, name, prefix, hashed_key) values (${me}, 'My script', 'vz_secretpfx', 'secret-api-key-hash');
    insert into live_streams (user_id, title, stream_key) values (${me}, 'My show', 'secret-stream-key');
    insert into track_shares (user_id, track_id, token_hash) values (${me}, '${track.id}', 'secret-share-token')`);
  const files = await fetchArchive(alice, await make(alice));
  const now = await alice.get('/api/v1/users/me/export');
  assertStatus(now, 200);
  const everything = [...files, ['the reply', now.bytes] as const];
  for (const [what, secret] of Object.entries(secrets))
    for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')])
      for (const [name, bytes] of everything) assert.ok(!bytes.includes(form), `${what} in ${name}`);
  for (const known of ['My phone', 'her-google-id', 'My script', 'My show', 'push.example']) assert.ok(everything.some(([, bytes]) => bytes.includes(known)), `${known}: what is no secret is there`);
});

test('the same at once, as one JSON object', async () => {
  const reply = await carol.get('/api/v1/users/me/export');
  assertStatus(reply, 200);
  const body = reply.body as Record<string, never>;
  const files = await fetchArchive(carol, await make(carol));
  assert.deepEqual(Object.keys(body).sort(), JSON.parse(files.get('manifest.json')!.toString()).subjects.sort());
  assert.deepEqual(body['tracks'], json(files, 'tracks'));
  assert.deepEqual(body['profile'], json(files, 'profile'));
});

test('one archive at a time; progress and readiness are told; the newest takes the place of the one before', async () => {
  const ticket = await carol.post('/api/v1/ws/ticket');
  const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
  const heard: { type: string; export_id?: string; status?: string; progress?: number; notification?: { type: string; data: { download_url: string } } }[] = [];
  socket.on('message', (text: Buffer) => heard.push(JSON.parse(text.toString())));
  await until('the socket', () => heard.some(({ type }) => type === 'hello'));
  const [before] = (await carol.get(EXPORTS)).body.items;
  const held = await world.hold('lock table track_lyrics in access exclusive mode');
  const id = await begin(carol);
  assertProblem(await carol.post('/api/v1/users/me/export'), 409, 'export_running');
  const running = await carol.get('/api/v1/users/me/exports/{id}', { path: { id } });
  assert.deepEqual([running.body.download_url, running.body.completed_at], [null, null]);
  assertProblem(await carol.get('/api/v1/users/me/exports/{id}/download', { path: { id } }), 404);
  await held.letGo();
  const done = await ended(carol, id);
  assert.equal(done.status, 'completed');
  assert.equal(done.progress, 1);
  const days = (Date.parse(done.expires_at!) - Date.parse(done.completed_at!)) / 86_400_000;
  assert.ok(Math.abs(days - 7) < 0.01, `${days} days`);
  const notification = await until('the notification', () => heard.find((one) => one.notification?.type === 'export.ready'));
  assert.equal(notification.notification!.data.download_url, done.download_url);
  const progress = heard.filter((one) => one.type === 'export.progress' && one.export_id === id);
  assert.deepEqual([progress.at(-1)?.status, progress.at(-1)?.progress], ['completed', 1]);
  assert.ok(progress.length >= 2);
  const list = await carol.get('/api/v1/notifications', { query: { type: 'export.ready' } });
  assert.ok(list.body.items.length >= 1);
  assertProblem(await carol.get('/api/v1/users/me/exports/{id}/download', { path: { id: before!.id } }), 410, 'export_expired');
  socket.close();
});

test('an archive of very many rows takes no more memory than one of few', async (t) => {
  await world.sql(`insert into track_plays (track_id, user_id, duration, device, ip_address, is_counted) select '${track.id}', '${ids.bob}', n % 300, 'A device with a rather long name, number ' || n, '192.0.2.1', false from generate_series(1, 150000) n`);
  const most = process.env['ASAN_OPTIONS'] ? 600_000 : 16_000; /* a sanitizer keeps what was freed */
  const bob = world.as('bob'), before = world.server.memory('VmHWM');
  const files = await fetchArchive(bob, await make(bob));
  const rows = files.get('data/plays.json')!, grown = world.server.memory('VmHWM') - before;
  assert.ok(rows.length > 20_000_000, `${rows.length} bytes of JSON`);
  assert.equal(files.get('csv/plays.csv')!.toString().split('\r\n').length, 150_002);
  t.diagnostic(`${grown} kB more at the peak, for ${rows.length >> 20} MB`);
  assert.ok(grown < most, `${grown} kB more at the peak`);
  const now = await bob.send('GET', '/api/v1/users/me/export');
  assert.ok(now.bytes.length > 20_000_000);
  assert.ok(world.server.memory('VmHWM') - before < most);
});

test('only the owner fetches an archive, in a browser too, in parts too', async () => {
  const done = await make(carol);
  const whole = await carol.get('/api/v1/users/me/exports/{id}/download', { path: { id: done.id } });
  assert.match(whole.headers.get('content-disposition') ?? '', /^attachment; filename="veza-carol-\d{4}-\d\d-\d\d\.zip"$/);
  assert.equal(whole.headers.get('content-type'), 'application/zip');
  assert.match(whole.headers.get('cache-control') ?? '', /private/);
  const part = await carol.get('/api/v1/users/me/exports/{id}/download', { path: { id: done.id }, headers: { range: 'bytes=10-29' } });
  assertStatus(part, 206);
  assert.ok(part.bytes.equals(whole.bytes.subarray(10, 30)));
  for (const other of ['alice', 'mia', 'root'] as const) {
    assertProblem(await world.as(other).get('/api/v1/users/me/exports/{id}/download', { path: { id: done.id } }), 404, 'not_found', other);
    assertProblem(await world.as(other).get('/api/v1/users/me/exports/{id}', { path: { id: done.id } }), 404, 'not_found', other);
  }
  assertProblem(await world.visitor.get('/api/v1/users/me/exports/{id}/download', { path: { id: done.id } }), 401);
  const cookies = await browser(world.visitor, emailOf('carol'), PASSWORD);
  assertStatus(await world.visitor.get('/api/v1/users/me/exports/{id}/download', { path: { id: done.id }, as: cookies }), 200);
  const key = await carol.post('/api/v1/developer/api-keys', { body: { name: 'All I can get', scopes: ['users:read', 'tracks:read'] } as never });
  assertProblem(await world.visitor.get('/api/v1/users/me/exports/{id}/download', { path: { id: done.id }, as: { token: (key.body as { key: string }).key } }), 403, 'insufficient_scope');
});

onDisk('an expired archive is gone, and the hourly sweep deletes its file', async () => {
  const done = await make(carol);
  assert.deepEqual(storedArchives(ids.carol).includes(done.id), true);
  await world.sql(`update data_exports set expires_at = now() - interval '1 second' where id = '${done.id}'`);
  assertProblem(await carol.get('/api/v1/users/me/exports/{id}/download', { path: { id: done.id } }), 410, 'export_expired');
  const seen = await carol.get('/api/v1/users/me/exports/{id}', { path: { id: done.id } });
  assert.deepEqual([seen.body.status, seen.body.download_url], ['expired', null]);
  await world.sql(`update jobs set run_at = now() where kind = 'privacy.sweep'`);
  await until('the sweep', () => storedArchives(ids.carol).length === 0);
  await until('the row', async () => (await world.sql(`select status || coalesce(s3_key, ' without a file') from data_exports where id = '${done.id}'`)) === 'expired without a file');
  await until('the next sweep to be planned', async () => (await world.sql(`select state = 'queued' and run_at > now() + interval '50 minutes' from jobs where kind = 'privacy.sweep'`)) === 't');
  assertProblem(await carol.get('/api/v1/users/me/exports/{id}/download', { path: { id: done.id } }), 410, 'export_expired');
});

test('a worker that is killed leaves no half archive, and the next one makes it', async () => {
  const held = await world.hold('lock table audit_logs in access exclusive mode');
  /* Asking leaves an audit line, which would wait for the lock: the row as the request makes it. */
  const id = await world.sql(`with e as (insert into data_exports (user_id) values ('${ids.carol}') returning id),
    j as (insert into jobs (kind, payload, dedupe_key) select 'privacy.export', jsonb_build_object('export_id', id, 'user_id', '${ids.carol}'), 'export:' || id from e) select id from e`);
  await until('the work to be in the middle', async () => (await world.sql(`select count(*) from pg_locks where relation = 'audit_logs'::regclass and not granted`)) !== '0');
  await world.server.stop('SIGKILL');
  assert.deepEqual(storedArchives(ids.carol), []);
  assert.deepEqual(readdirSync(path.join(world.server.dataDir, 'files/tmp')), []);
  await held.letGo();
  await world.server.start();
  const again = world.as('carol');
  const done = await ended(again, id);
  assert.equal(done.status, 'completed');
  assert.ok(sound.equals((await fetchArchive(again, done)).get(`files/tracks/${track.id}/original.wav`)!));
});
