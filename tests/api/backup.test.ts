/** `veza backup` and `veza restore`: whole under load, nothing that passes for whole when it is not, nobody gets a mail from a trial. */
import { strict as assert } from 'node:assert';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { assertStatus, Client } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { BINARY } from '../support/paths.ts';
import { Server } from '../support/server.ts';
import { finished, playable, rendition, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { cluster, PASSWORD, template, World } from '../support/world.ts';

const run = promisify(execFile);

/* No mail server answers there, so mails stay in the queue. Files are in the folder: object-store.test.ts backs up those of a bucket. */
const world = await World.start('backup', { SMTP_URL: 'smtp://127.0.0.1:9', S3_ENABLED: 'false' });
const work = mkdtempSync(path.join(tmpdir(), 'veza-backup-'));
spawnSync('chmod', ['755', work]); /* as root, the embedded database is another user's */
after(() => rmSync(work, { recursive: true, force: true }));

const settingsOf = (folder: string, database?: string): Record<string, string> => ({
  PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...template.settings, VEZA_DATA_DIR: folder, ...(database ? { DATABASE_URL: cluster.url(database) } : {}),
});
const ofWorld = settingsOf(world.server.dataDir, world.database);

/** Runs a command of the program; what it said. */
async function veza(words: string[], env: Record<string, string>): Promise<string> {
  const { stdout, stderr } = await run(BINARY, words, { cwd: work, env });
  return stdout + stderr;
}

/** The same for one that must fail. */
async function refusal(words: string[], env: Record<string, string>): Promise<string> {
  const error = await veza(words, env).then(() => assert.fail(`${words.join(' ')} worked`), (reason: { code: number; stderr: string }) => reason);
  assert.equal(error.code, 1, error.stderr);
  return error.stderr;
}

/** Starts a command and kills it as soon as `reached` says so; again, after `undo`, where it was done before that on a busy machine. */
async function killAt(words: string[], env: Record<string, string>, reached: () => boolean, undo?: () => void): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const child = spawn(BINARY, words, { cwd: work, env, stdio: 'ignore' });
    const gone = once(child, 'exit');
    await until(`${words.join(' ')} to have begun`, () => reached() || child.exitCode !== null, 30, 2);
    child.kill('SIGKILL');
    const [code, signal] = await gone;
    if (signal === 'SIGKILL') return;
    assert.ok(undo && code === 0 && attempt < 10, `it was killed, not done: ${code}`);
    undo();
  }
}

/** Uploads, deletions and new pictures, until it is told to stop. */
function load(): { count: { uploaded: number; deleted: number }; stop: () => Promise<void> } {
  let going = true;
  const count = { uploaded: 0, deleted: 0 };
  const creator = async (name: 'carol' | 'dave'): Promise<void> => {
    const client = world.as(name);
    while (going) {
      const track = await upload(client, { title: `${name} ${count.uploaded}`, file: wav(makeSound(0.5)) });
      assertStatus(track, 201);
      count.uploaded++;
      if (count.uploaded % 3 === 0) await finished(client, track.body.id);
      if (count.uploaded % 3 === 1) continue;
      assertStatus(await client.delete('/api/v1/tracks/{id}', { path: { id: track.body.id } }), 204);
      count.deleted++;
    }
  };
  const both = Promise.all([creator('carol'), creator('dave')]);
  return { count, stop: async () => { going = false; await both; } };
}

const song = await playable(world.as('carol'), { title: 'Before' });
assertStatus(await world.visitor.post('/api/v1/auth/register', { body: { username: 'eve', email: 'eve@example.org', password: PASSWORD } }), 201);
await until('a mail to wait', async () => Number(await world.sql("select count(*) from jobs where kind like 'mail.%' and attempts > 0")) > 0);
const whole = path.join(work, 'whole');

test('a backup that is made under load has every file that its rows name, and they play', async (t) => {
  const busy = load();
  await until('the load to run', () => busy.count.deleted >= 2 && busy.count.uploaded >= 5);
  const said = await veza(['backup', whole], ofWorld).finally(busy.stop), { uploaded, deleted } = busy.count;
  t.diagnostic(`${said.trim()} Meanwhile ${uploaded} uploads, ${deleted} deletions.`);
  assert.ok(deleted > 0, 'something was deleted meanwhile');
  assert.match(said, /^The backup in .* is whole: the database and \d+ files, \d+\.\d MB together\.$/m);
  await run('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: whole });
  assert.ok(!existsSync(`${whole}.part`));
  await until('what was deleted meanwhile to be gone', () => !existsSync(path.join(world.server.dataDir, 'files/.deleted')) ||
    readdirSync(path.join(world.server.dataDir, 'files/.deleted')).length === 0);
});

test('a trial restore starts with every track, and sends no mail until it is released', async () => {
  const folder = path.join(work, 'trial');
  assert.match(await veza(['restore', whole, '--trial'], settingsOf(folder)), /is restored.*\n.*wait until you run: veza restore --release/);
  const server = await new Server('trial', { ...template.settings, S3_ENABLED: 'false' }, folder).start();
  try {
    await server.logged(/mails and push messages are held back, since this is a trial restore/);
    const psql = async (sql: string): Promise<string> => (await run('psql', ['-h', path.join(folder, 'pg/run'), '-U', 'postgres', '-XAtc', sql, 'veza'])).stdout.trim();
    const client = (name: 'carol' | 'dave'): Client => new Client(server.api, {}, server.stream).as({ token: template.tokens[name] });
    const tracks = (await psql("select t.id || ' ' || u.username from tracks t join users u on u.id = t.creator_id where t.deleted_at is null order by t.id")).split('\n');
    assert.ok(tracks.length >= 3, tracks.join());
    for (const line of tracks) assert.ok(existsSync(path.join(folder, 'files/originals', line.split(' ')[0]!)), `original of ${line}`);
    for (const line of isFull ? tracks : tracks.slice(0, 5)) {
      const [id, owner] = line.split(' ') as [string, 'carol' | 'dave'];
      assert.equal((await finished(client(owner), id)).status, 'completed');
      const { bytes } = await rendition(client(owner), id, 'low');
      assert.ok(bytes.length > 1000);
    }
    assert.ok(tracks.some((line) => line.startsWith(song.id)));
    assertStatus(await new Client(server.api).post('/api/v1/auth/register', { body: { username: 'fay', email: 'fay@example.org', password: PASSWORD } }), 201);
    await psql("update jobs set run_at = now() where kind like 'mail.%'");
    const account = '00000000-0000-4000-8000-000000000001';
    await psql(`insert into jobs (kind, payload) values ('scrobble.send', '{"account_id":"${account}"}'), ('library.import', '{"import_id":"${account}"}')`);
    const asked = async () => psql("select count(*) from jobs where kind in ('scrobble.send', 'library.import') and state = 'queued' and attempts = 0");
    await playable(client('carol'), { title: 'After' }); /* the worker works */
    assert.equal(await asked(), '2', 'no other service is asked: the accounts there are those of the installation that goes on');
    assert.deepEqual(readdirSync(path.join(folder, 'mail')), [], 'no mail');
    assert.match(await veza(['restore', '--release'], settingsOf(folder)), /sent again; [1-9] were waiting/);
    const mails = (): string => readdirSync(path.join(folder, 'mail')).map((name) => readFileSync(path.join(folder, 'mail', name), 'utf8')).join();
    await until('other services to be asked', async () => (await asked()) === '0');
    await until('the mails', () => ['eve', 'fay'].every((name) => mails().includes(`<${name}@example.org>`)));
  } finally {
    await server.stop();
  }
});

test('a backup that is killed leaves nothing that passes for a backup, and the next one works', async () => {
  const target = path.join(work, 'killed');
  for (const file of ['', 'database.dump', 'files']) {
    await killAt(['backup', target], ofWorld, () => existsSync(path.join(`${target}.part`, file)), () => rmSync(target, { recursive: true }));
    assert.ok(!existsSync(target));
    assert.match(await refusal(['restore', `${target}.part`], settingsOf(path.join(work, 'none'))), /it is no backup, or not a whole one/);
  }
  await veza(['backup', target], ofWorld);
  assert.ok(!existsSync(`${target}.part`));
  assert.match(await refusal(['backup', target], ofWorld), /is there already; a backup is a new folder/);
});

test('a restore that is killed leaves nothing that Veza starts on, and can be repeated', async () => {
  const folder = path.join(work, 'again');
  const env = settingsOf(folder);
  for (const file of ['restoring', 'pg/data/PG_VERSION', 'pg/data/postmaster.pid']) {
    await killAt(['restore', whole], env, () => existsSync(path.join(folder, file)));
    for (const words of [['serve'], ['migrate', 'status'], ['backup', path.join(work, 'never')]]) {
      assert.match(await refusal(words, { ...env, PORT_BACKEND: '0', PORT_STREAM: '0' }), /a restore into .* did not end, so what is there is not whole/);
    }
  }
  assert.match(await veza(['restore', whole], env), /is restored/);
  assert.match(await veza(['migrate', 'status'], env), /0065_backup/);
});

test('a restore into what is not empty is refused, and moves it aside when it is told to', async () => {
  const folder = path.join(work, 'again');
  const env = settingsOf(folder);
  assert.match(await refusal(['restore', whole], env), /the data folder .* is not empty.*--replace/);
  assert.match(await veza(['restore', whole, '--replace'], env), /is restored/);
  const aside = readdirSync(folder).find((name) => name.startsWith('replaced-'));
  assert.deepEqual(['files', 'keys', 'pg'].filter((name) => !existsSync(path.join(folder, aside!, name))), []);
});

test('a database of your own is restored only when it is empty and nobody uses it', async () => {
  await cluster.sql('postgres', 'create database restored');
  const folder = path.join(work, 'own');
  const env = settingsOf(folder, 'restored');
  assert.match(await refusal(['restore', whole], { ...settingsOf(path.join(work, 'other'), world.database) }), /DATABASE_URL is not empty/);
  assert.match(await refusal(['restore', whole, '--replace'], { ...settingsOf(path.join(work, 'other'), world.database) }), /somebody is connected/);
  assert.match(await veza(['restore', whole], env), /is restored/);
  assert.equal(await cluster.sql('restored', `select title from tracks where id = '${song.id}'`), 'Before');
  assert.match(await veza(['restore', whole, '--replace'], env), /is restored/);
  await cluster.drop('restored');
});

test('a damaged backup is refused, and the damage is named', async () => {
  const damaged = path.join(work, 'damaged');
  cpSync(whole, damaged, { recursive: true });
  const victim = `files/originals/${song.id}`;
  const env = (): Record<string, string> => settingsOf(mkdtempSync(path.join(work, 'damaged-')));
  const original = readFileSync(path.join(damaged, victim));
  writeFileSync(path.join(damaged, victim), Buffer.concat([original.subarray(0, -1), Buffer.from([original.at(-1)! ^ 1])]));
  assert.match(await refusal(['restore', damaged], env()), new RegExp(`${victim} is damaged in the backup`));
  rmSync(path.join(damaged, victim));
  assert.match(await refusal(['restore', damaged], env()), new RegExp(`cannot read ${victim}`));
  writeFileSync(path.join(damaged, victim), original);
  writeFileSync(path.join(damaged, 'SHA256SUMS'), readFileSync(path.join(damaged, 'SHA256SUMS'), 'utf8').replace(/^.*originals.*\n/m, ''));
  assert.match(await refusal(['restore', damaged], env()), /SHA256SUMS is not the one that it was made with/);
});
