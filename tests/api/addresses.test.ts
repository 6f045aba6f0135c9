/** The addresses that both servers listen on. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';
import { assertStatus } from '../support/client.ts';
import { BINARY } from '../support/paths.ts';
import { cluster, World } from '../support/world.ts';

/** The status of GET /health there, or null where nothing listens. */
async function health(host: string, port: number): Promise<number | null> {
  try {
    const reply = await fetch(`http://${host}:${port}/health`);
    await reply.arrayBuffer();
    return reply.status;
  } catch (error) {
    assert.equal(((error as Error).cause as { code?: string }).code, 'ECONNREFUSED');
    return null;
  }
}

const V4 = '127.0.0.1';
const V6 = '[::1]';
const OTHER = '127.0.0.2';

const LISTENS: Record<string, string[]> = {
  '127.0.0.1': [V4], '::1': [V6], '127.0.0.1,::1': [V4, V6], '::1, 127.0.0.2': [V6, OTHER], '::': [V4, V6, OTHER], '0.0.0.0': [V4, OTHER], '0.0.0.0,::': [V4, V6, OTHER],
};

for (const [addresses, answering] of Object.entries(LISTENS)) {
  test(`BIND_ADDRESS=${addresses}: both servers answer on ${answering.join(' and ')} and nowhere else`, async () => {
    const { server } = await World.start('addresses', { BIND_ADDRESS: addresses });
    for (const port of [server.ports.api, server.ports.stream]) {
      for (const host of [V4, V6, OTHER]) assert.equal(await health(host, port), answering.includes(host) ? 200 : null, `${host}:${port}`);
    }
    await server.stop();
    for (const host of answering) assert.equal(await health(host, server.ports.api), null, `${host} is free again`);
  });
}

test('an IPv4 client of a socket for both families is known by its IPv4 address', async () => {
  const { server } = await World.start('addresses-dual', { BIND_ADDRESS: '::' });
  const metrics = await fetch(`http://${V4}:${server.ports.api}/metrics`);
  await metrics.arrayBuffer();
  assert.equal(metrics.status, 200, '/metrics knows loopback');
  await server.logged(/"path":"\/metrics".*"ip":"127\.0\.0\.1"/);
  assert.doesNotMatch(server.log(), /::ffff/);
});

test('a WebSocket opens on every one of several addresses', async () => {
  const world = await World.start('addresses-several', { BIND_ADDRESS: '127.0.0.1,::1' });
  for (const host of [V4, V6]) {
    const ticket = await world.as('alice').post('/api/v1/ws/ticket');
    assertStatus(ticket, 201);
    const socket = new WebSocket(`ws://${host}:${world.server.ports.api}/api/v1/ws?token=${ticket.body.ticket}`);
    const [hello] = (await once(socket, 'message')) as [Buffer];
    assert.match(hello.toString(), /"hello"/);
    socket.terminate();
  }
});

test('what is no address is refused, and the setting is named', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-address-'));
  try {
    for (const wrong of ['nonsense', '127.0.0.1,nonsense', '10.0.0.0/8', ' , ', '127.0.0.1:80', 'localhost', '[::1]']) {
      const { status, stderr } = spawnSync(BINARY, ['serve'], { cwd: folder, encoding: 'utf8', env: { PATH: '/usr/bin:/bin', VEZA_DATA_DIR: folder, BIND_ADDRESS: wrong } });
      assert.equal(status, 1, wrong);
      assert.match(stderr, /^veza: BIND_ADDRESS has ".*"; it must be IPv4 or IPv6 addresses of this machine, such as 127\.0\.0\.1,::1$/m, wrong);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an address of another machine, and a port that is taken, are named', async () => {
  const { server, database } = await World.start('addresses-taken', { BIND_ADDRESS: '127.0.0.1' });
  const refused = (settings: Record<string, string>): string => {
    const { stdout, stderr, status } = spawnSync(BINARY, ['serve', 'api'], {
      cwd: server.dataDir, encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', VEZA_DATA_DIR: server.dataDir, DATABASE_URL: cluster.url(database), LOG_FORMAT: 'json', PORT_BACKEND: '0', ...settings },
    });
    assert.equal(status, 1);
    return stdout + stderr;
  };
  assert.match(refused({ BIND_ADDRESS: '127.0.0.1,192.0.2.1' }), /on 192\.0\.2\.1 cannot be opened: Cannot assign requested address/);
  assert.match(refused({ BIND_ADDRESS: '::1,127.0.0.1', PORT_BACKEND: String(server.ports.api) }), /on 127\.0\.0\.1 cannot be opened: Address already in use/);
});
