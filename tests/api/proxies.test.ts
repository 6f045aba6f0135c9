/** Whose request it is when it came through proxies: real nginx and HAProxy, and made-up headers beside theirs. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { until } from '../support/wait.ts';
import { assertStatus } from '../support/client.ts';
import { startHaproxy, startNginx } from '../support/proxy.ts';
import { exchange, request11 } from '../support/raw.ts';
import { Server } from '../support/server.ts';
import { emailOf, PASSWORD, template, World } from '../support/world.ts';

const proxied = await World.start('proxies', { TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_READ: '3/600' });
const port = proxied.server.ports.api;

/** The address that the server saw: the access log has it by the path's own mark. */
let marks = 0;
async function seen(at: number, headers: string, world = proxied): Promise<string> {
  const mark = `/seen-${marks++}`;
  const reply = await exchange(at, { write: [`GET ${mark} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`], untilClosed: true });
  assert.ok(reply.status > 0, reply.text);
  /* The line is written after the reply. */
  const line = await until(`a line for ${mark}`, () => world.server.log().split('\n').find((text) => text.includes(`"${mark}"`) && text.endsWith('}')));
  return (JSON.parse(line) as { ip: string }).ip;
}

test('several X-Forwarded-For lines are one list, read from its end', async () => {
  assert.equal(await seen(port, 'X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 203.0.113.1\r\n'), '203.0.113.1');
  assert.equal(await seen(port, 'X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For: 127.0.0.1\r\n'), '203.0.113.1');
  assert.equal(await seen(port, 'X-Forwarded-For: rubbish\r\nX-Forwarded-For: 203.0.113.1\r\n'), '203.0.113.1');
});

test('an entry with a port or brackets is read, and one that cannot be read is unknown, not the proxy', async () => {
  assert.equal(await seen(port, 'X-Forwarded-For: 203.0.113.1:50000\r\n'), '203.0.113.1');
  assert.equal(await seen(port, 'X-Forwarded-For: [2001:db8::7]:443\r\n'), '2001:db8::7');
  assert.equal(await seen(port, 'X-Forwarded-For: ::ffff:203.0.113.1\r\n'), '203.0.113.1');
  for (const rubbish of ['rubbish', 'unknown', '203.0.113.1, _hidden', '203.0.113.1 203.0.113.2', '127.0.0.1:x', '', ' , '])
    assert.equal(await seen(port, `X-Forwarded-For: ${rubbish}\r\n`), 'unknown', rubbish);
});

test('Forwarded is read where there is no X-Forwarded-For, and never wins over one', async () => {
  assert.equal(await seen(port, 'Forwarded: for=203.0.113.9, for="[2001:db8::7]:80";proto=https\r\n'), '2001:db8::7');
  assert.equal(await seen(port, 'Forwarded: for=_hidden\r\n'), 'unknown');
  assert.equal(await seen(port, 'Forwarded: for=198.51.100.1\r\nX-Forwarded-For: 203.0.113.1\r\n'), '203.0.113.1');
  assert.equal(await seen(port, 'X-Forwarded-For: rubbish\r\nForwarded: for=198.51.100.1\r\n'), 'unknown');
});

test('a chain of trusted proxies is followed to the first that is not trusted', async () => {
  const chain = await World.start('chain', { TRUSTED_PROXIES: '127.0.0.0/8, 10.0.0.0/8 2001:db8:ffff::/48' });
  assert.equal(await seen(chain.server.ports.api, 'X-Forwarded-For: 198.51.100.1, 203.0.113.1, 10.1.2.3\r\nX-Forwarded-For: 2001:db8:ffff:1::1\r\n', chain), '203.0.113.1');
  assert.equal(await seen(chain.server.ports.api, 'X-Forwarded-For: 10.9.9.9, 10.1.2.3\r\n', chain), '10.9.9.9');
  assert.equal(await seen(chain.server.ports.stream, 'X-Forwarded-For: 203.0.113.1, 10.1.2.3\r\n', chain), '203.0.113.1', 'the stream server too');
});

test('nobody is believed who is not trusted', async () => {
  const plain = await World.start('plain');
  for (const headers of ['X-Forwarded-For: 203.0.113.1\r\n', 'Forwarded: for=203.0.113.1\r\n', 'X-Real-IP: 203.0.113.1\r\n']) assert.equal(await seen(plain.server.ports.api, headers, plain), '127.0.0.1', headers);
});

test('rubbish in TRUSTED_PROXIES refuses the start and names the setting', async () => {
  for (const rubbish of ['proxy.example.org', '10.0.0.1/8', '10.0.0.0/33', '127.0.0.1,,x', '[::1]', '127.0.0.1:80', '*']) {
    const server = new Server('rubbish', { ...template.settings, TRUSTED_PROXIES: rubbish });
    try {
      await assert.rejects(server.start(), /TRUSTED_PROXIES has/, rubbish);
    } finally {
      await server.remove();
    }
  }
});

test('through nginx the client is nginx\'s peer, whatever the client says', async () => {
  const nginx = await startNginx(port);
  for (const forged of ['', 'X-Forwarded-For: 198.51.100.1\r\n', 'X-Forwarded-For: x\r\nX-Forwarded-For: 198.51.100.2\r\n', 'Forwarded: for=198.51.100.3\r\n'])
    assert.match(await seen(nginx, forged), /^(127\.0\.0\.1|198\.51\.100\.[12])$/, 'all on this machine are trusted here, so the list goes on');
  const outer = await startNginx(nginx, 'proxy_set_header X-Forwarded-For "198.51.100.1, 203.0.113.7:4711";', false);
  assert.equal(await seen(outer, 'X-Forwarded-For: 198.51.100.2\r\n'), '203.0.113.7', 'two in a row');
  assert.equal(await seen(outer, 'Forwarded: for=198.51.100.2\r\n'), '203.0.113.7', 'a made-up Forwarded beside it');
});

test('through HAProxy the client is HAProxy\'s peer, whatever the client says', async () => {
  const haproxy = await startHaproxy(port, '  http-request add-header X-Forwarded-For 203.0.113.7\n');
  assert.equal(await seen(haproxy, ''), '203.0.113.7');
  assert.equal(await seen(haproxy, 'X-Forwarded-For: 198.51.100.1\r\n'), '203.0.113.7', 'a line of its own');
  assert.equal(await seen(haproxy, 'X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: rubbish\r\n'), '203.0.113.7');
  const both = await startHaproxy(haproxy);
  assert.equal(await seen(both, ''), '203.0.113.7');
  const forwarded = await startHaproxy(port, '  http-request del-header X-Forwarded-For\n  http-request add-header Forwarded for=\\"203.0.113.8:80\\"\n');
  assert.equal(await seen(forwarded, 'X-Forwarded-For: 198.51.100.1\r\nForwarded: for=198.51.100.2\r\n'), '203.0.113.8');
});

test('/metrics without a token answers a program on this machine and nobody behind a proxy', async () => {
  const nginx = await startNginx(port), haproxy = await startHaproxy(port);
  assert.equal((await exchange(port, { write: [request11('GET /metrics')] })).status, 200);
  for (const at of [nginx, haproxy]) for (const headers of [{}, { 'X-Forwarded-For': '127.0.0.1' }, { 'X-Forwarded-For': 'rubbish' }, { 'X-Forwarded-For': '127.0.0.1:80' }, { Forwarded: 'for=127.0.0.1' }])
    assert.equal((await exchange(at, { write: [request11('GET /metrics', headers as Record<string, string>)] })).status, 403);
  for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'Via'])
    for (const at of [port, proxied.server.ports.stream]) assert.equal((await exchange(at, { write: [request11('GET /metrics', { [header]: '127.0.0.1' })] })).status, 403, header);
});

test('unknown addresses share one quota, which is nobody else\'s', async () => {
  const world = await World.start('unknown', { TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_READ: '3/600' });
  const headers = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const ask = async (address: string) => (await exchange(world.server.ports.api, { write: [request11('GET /api/v1/csrf-token', headers(address).headers)] })).status;
  for (const rubbish of ['x', 'unknown', '1.2.3']) assert.equal(await ask(rubbish), 200);
  assert.equal(await ask('y'), 429);
  assert.equal(await ask('203.0.113.50'), 200);
  assertStatus(await world.as('alice').get('/api/v1/auth/me', headers('x')), 200);
  assertStatus(await world.visitor.post('/api/v1/auth/login', { body: { email: emailOf('bob'), password: PASSWORD }, ...headers('x') }), 200);
});

test('IPv6 is counted by its /64, and by its /48 with sixteen times the quota', async () => {
  const ask = async (address: string) => (await exchange(port, { write: [request11('GET /api/v1/csrf-token', { 'X-Forwarded-For': address })] })).status;
  for (let i = 0; i < 3; i++) assert.equal(await ask(`2001:db8:7:1:${i}::1`), 200);
  assert.equal(await ask('2001:db8:7:1:ffff::9'), 429);
  assert.equal(await ask('2001:db8:7:2::1'), 200);
  let passed = 0;
  for (let i = 0; i < 60; i++) passed += (await ask(`2001:db8:8:${i.toString(16)}::1`)) === 200 ? 1 : 0;
  assert.equal(passed, 48);
  for (let i = 0; i < 3; i++) assert.equal(await ask(i % 2 ? '::ffff:203.0.113.60' : '203.0.113.60'), 200);
  assert.equal(await ask('::ffff:203.0.113.60'), 429);
});

test('what no route answers counts for the address too: 404, 405, 400 and pages', async () => {
  for (const [i, [method, target]] of ([['GET', '/api/v1/nothing'], ['DELETE', '/api/v1/status'], ['GET', '/%00'], ['GET', '/'], ['GET', '/assets/nothing.js'], ['OPTIONS', '/api/v1/status']] as const).entries()) {
    const few = await World.start(`few-${i}`, { RATE_LIMIT_IP: '2/600' });
    const ask = () => exchange(few.server.ports.api, { write: [request11(`${method} ${target}`)] });
    for (let k = 0; k < 2; k++) assert.notEqual((await ask()).status, 429, `${method} ${target}`);
    assert.equal((await ask()).status, 429, `${method} ${target}`);
  }
});
