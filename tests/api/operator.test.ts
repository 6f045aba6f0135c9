/** What an operator meets: signals, commands on an empty folder, parts that hang. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { BINARY } from '../support/paths.ts';
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
