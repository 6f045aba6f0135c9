/** What an operator meets: signals, commands on an empty folder, parts that hang. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { BINARY, ROOT } from '../support/paths.ts';
import { Redis } from '../support/redis.ts';
import { until } from '../support/wait.ts';
import { cluster, PASSWORD, World } from '../support/world.ts';

const world = await World.start('operator');

/** Runs a command of the program with these settings; what it said, on both outputs. */
function veza(words: string[], settings: Record<string, string>, input = ''): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(BINARY, words, { cwd: '/tmp', encoding: 'utf8', input, env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...settings } });
  return { code: status, said: stdout + stderr };
}

test('SIGHUP does not end a server that no terminal holds', async () => {
  process.kill(world.server.ports.pid, 'SIGHUP');
  await until('the signal to be noted', () => world.server.log().includes('SIGHUP changes nothing'));
  assertStatus(await world.visitor.get('/health'), 200);
});

test('commands about people and the schema make no new database', () => {
  for (const words of [['user', 'create', '--username', 'ann', '--email', 'ann@example.org'], ['migrate', 'status'], ['migrate', 'up'], ['migrate', 'down']]) {
    const folder = mkdtempSync(path.join(tmpdir(), 'veza-empty-'));
    try {
      const { code, said } = veza(words, { VEZA_DATA_DIR: folder }, `${PASSWORD}\n`);
      assert.equal(code, 1, words.join(' '));
      assert.match(said, /there is no database in .*`veza serve` makes one.*VEZA_DATA_DIR/);
      assert.deepEqual(readdirSync(folder), [], 'nothing was made');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

test('a misspelt name in the file of settings is told, with the one that was meant', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-env-'));
  const file = path.join(folder, 'veza.env');
  const lines = ['FRONTEND_URI=https://music.example', 'export EXPROT_DAYS=3', 'OAUTH_GITHUB_CLEINT_ID=x', 'VEZA_COLOUR=red', 'POSTGRES_PASSWORD=x', 'TZ=UTC',
    'OAUTH_GITHUB_CLIENT_SECRET=x', 'VEZA_READY_FILE=', 'SMTP_URL=', 'DELETION_DAYS=7'];
  writeFileSync(file, `\uFEFF${lines.join('\r\n')}\r\n`);
  try {
    for (const words of [['migrate', 'status'], ['doctor']]) {
      const { said } = veza(words, { VEZA_DATA_DIR: path.join(folder, 'data'), VEZA_ENV_FILE: file, PORT_BACKEND: '0', PORT_STREAM: '0' });
      const told = said.split('\n').filter((line) => line.includes('no setting'));
      const names: [string, string | undefined][] = [['FRONTEND_URI', 'FRONTEND_URL'], ['EXPROT_DAYS', 'EXPORT_DAYS'], ['OAUTH_GITHUB_CLEINT_ID', 'OAUTH_<NAME>_CLIENT_ID'], ['VEZA_COLOUR', undefined]];
      assert.equal(told.length, names.length, said);
      for (const [i, [name, meant]] of names.entries()) assert.ok(told[i]!.includes(name) && (!meant || told[i]!.includes(meant)), told[i]);
    }
    for (const [name, value, rule] of [['DELETION_DAYS', '366', 'a whole number from 0 to 365'], ['CORS_ORIGINS', 'app.example', 'origins separated by commas'], ['GEOIP_FILE', '/nowhere', 'a file that can be read'], ['VAPID_SUBJECT', 'me', 'mailto:']] as const) {
      const { code, said } = veza(['serve'], { VEZA_DATA_DIR: path.join(folder, 'data'), [name]: value });
      assert.equal(code, 1);
      assert.ok(said.includes(`${name} is "${value}"; it must be ${rule}`), said);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a server that cannot start says why, ends with 1 and leaves no database running', async () => {
  const latin = `latin_${process.pid}`;
  await world.sql(`create database ${latin} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`);
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-refused-'));
  const cut = path.join(folder, 'cut');
  mkdirSync(cut);
  writeFileSync(path.join(cut, 'secret'), '');
  const started = (settings: Record<string, string>) => veza(['serve'], { VEZA_DATA_DIR: folder, PORT_BACKEND: '0', PORT_STREAM: '0', ...settings });
  try {
    for (const [settings, why] of [
      [{ DATABASE_URL: 'mysql://veza' }, /its address is not one of PostgreSQL/],
      [{ DATABASE_URL: 'postgresql://veza@127.0.0.1:1/veza' }, /Connection refused/],
      [{ DATABASE_URL: cluster.url(latin) }, /the database has the encoding LATIN1, and Veza needs one of UTF8/],
      [{ DATABASE_URL: cluster.url(world.database), VEZA_DATA_DIR: cut }, /secret cannot be read: it is cut; copy it from a backup/],
      [{ DATABASE_URL: cluster.url(world.database), RATE_LIMIT_IP: 'many' }, /RATE_LIMIT_IP is \\?"many\\?"; it must be requests\/seconds/],
    ] as const) {
      const { code, said } = started(settings);
      assert.match(said, why);
      assert.doesNotMatch(said, /PORT_BACKEND/, 'the port is not at fault');
      assert.equal(code, 1, said);
    }
    const made = veza(['user', 'create', '--username', 'carol', '--email', 'other@example.org'], { VEZA_DATA_DIR: folder, DATABASE_URL: cluster.url(world.database) }, `${PASSWORD}\n`);
    assert.deepEqual([made.code, made.said.trim()], [1, 'veza: the account was not created: this user name is taken']);
  } finally {
    rmSync(folder, { recursive: true });
    await cluster.drop(latin);
  }
});

test('a mail server that says nothing does not hold up the end, and the mail goes out later', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const silenced = await World.start('silent_mail', { SMTP_URL: `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}` });
  try {
    assertStatus(await silenced.visitor.post('/api/v1/auth/register', { body: { username: 'mailless', email: 'mailless@example.org', password: PASSWORD } }), 201);
    await until('Veza to talk to the mail server', () => sockets.length > 0);
    const began = Date.now();
    assert.equal(await silenced.server.stop(), 0);
    assert.ok(Date.now() - began < 10_000, `it took ${Date.now() - began} ms`);
    assert.equal(await silenced.sql(`select state || attempts from jobs where kind = 'mail.verify_email'`), 'queued0');
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});

test('a Redis that is frozen is called frozen, one that is gone is not', async () => {
  const redis = await new Redis().start();
  const { server, database } = await World.start('frozen', { REDIS_URL: redis.url });
  const doctor = (): string => veza(['doctor'], { VEZA_DATA_DIR: server.dataDir, DATABASE_URL: cluster.url(database), REDIS_URL: redis.url }).said;
  try {
    assert.match(doctor(), /✓ Redis +answers/);
    await redis.signal('SIGSTOP');
    assert.match(doctor(), /✗ Redis +is frozen: it takes connections and does not answer/);
    await until('the log to say so', async () => {
      await fetch(`${server.api}/api/v1/status`);
      return server.log().includes('Redis is frozen: it takes connections and does not answer');
    });
    await redis.signal('SIGKILL');
    assert.match(doctor(), /✗ Redis +refuses connections, or the password/);
  } finally {
    await redis.remove();
  }
});

test('the statements of docs/operating.md run as they stand', async () => {
  const document = readFileSync(path.join(ROOT, 'docs/operating.md'), 'utf8');
  const [queue] = [...document.matchAll(/^ {4}((?:update|delete) .*;)$/gm)].map(([, statement]) => statement!);
  await world.sql(`insert into jobs (kind, payload, state, attempts, deaths, finished_at) values ('no.such.kind', '{}', 'dead', 9, 9, now())`);
  await world.sql(queue!.replace('…', `'no.such.kind'`));
  assert.equal(await world.sql(`select deaths from jobs where kind = 'no.such.kind' and state <> 'dead'`), '0');
  const roles = document.match(/`create role veza_app; (grant veza_app to veza;)`/);
  assert.ok(roles);
  await cluster.sql('postgres', `begin; drop role if exists veza_app_trial; ${roles[0].slice(1, -1).replaceAll('veza_app', 'veza_app_trial').replace('to veza;', 'to current_user;')} rollback`);
});

test('every command explains itself with --help, changes nothing, and refuses words that it does not know', () => {
  for (const command of [['migrate', 'up'], ['user', 'create'], ['demo'], ['keys', 'rotate'], ['openapi'], ['backup'], ['restore'], ['privacy'], ['doctor']]) {
    const data = path.join(world.server.dataDir, 'not-made');
    const { code, said } = veza([...command, '--help'], { VEZA_DATA_DIR: data });
    assert.equal(code, 0, command[0]);
    assert.match(said, new RegExp(`^ *veza ${command[0]}`, 'm'));
    assert.equal(veza([...command, '--no-such-option', 'x'], { VEZA_DATA_DIR: data }).code, 2, command[0]);
    assert.equal(existsSync(data), false, `${command[0]} made the data folder`);
  }
});

test('veza serve --help lists the settings with their defaults', () => {
  const { code, said } = veza(['serve', '--help'], {});
  assert.equal(code, 0);
  for (const setting of ['PORT_BACKEND', 'MEDIA_WORKERS', 'VEZA_WEB_DIR', 'SMTP_URL']) assert.match(said, new RegExp(`^ *${setting}\\b`, 'm'));
});
