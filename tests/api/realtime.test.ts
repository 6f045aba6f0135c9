/** The WebSocket's door: tickets, origins, versions. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus } from '../support/client.ts';
import { record } from '../support/coverage.ts';
import { operationAt } from '../support/document.ts';
import { assertRaw, exchange, request11 } from '../support/raw.ts';
import { until } from '../support/wait.ts';
import { browser, emailOf, World } from '../support/world.ts';

const world = await World.start('realtime');
const operation = operationAt('GET', '/api/v1/ws')!;
const port = world.server.ports.api;

async function ticket(): Promise<string> {
  const reply = await world.as('alice').post('/api/v1/ws/ticket');
  assertStatus(reply, 201);
  assert.equal(reply.body.expires_in, 30);
  return reply.body.ticket;
}

function open(token: string, options: ConstructorParameters<typeof WebSocket>[2] = {}): Promise<{ socket: WebSocket | undefined; status: number }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${token}`, options);
    socket.once('open', () => resolve({ socket, status: 101 }));
    socket.once('unexpected-response', (_, response) => resolve({ socket: undefined, status: response.statusCode ?? 0 }));
    socket.on('error', () => undefined);
  });
}

const upgrade = (headers: Record<string, string> = {}) => ({ Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers });

test('a ticket opens the WebSocket once', async () => {
  const token = await ticket();
  const { socket, status } = await open(token);
  assert.equal(status, 101);
  record('GET /api/v1/ws', 101);
  const answers: string[] = [];
  socket!.on('message', (data: Buffer) => answers.push(data.toString()));
  socket!.send('{"type":"ping"}');
  await until('the answer', () => answers.some((text) => text.includes('pong')));
  socket!.terminate();
  assertRaw(await exchange(port, { write: [request11(`GET /api/v1/ws?token=${token}`, upgrade())] }), operation, 401, 'unauthenticated');
});

test('of two that use one ticket at once, one wins', async () => {
  const token = await ticket();
  const tries = await Promise.all([1, 2, 3, 4].map(() => open(token)));
  assert.deepEqual(tries.map(({ status }) => status).sort(), [101, 401, 401, 401]);
  for (const { socket } of tries) socket?.terminate();
});

test('a ticket that is made up or too old opens nothing', async () => {
  assertRaw(await exchange(port, { write: [request11(`GET /api/v1/ws?token=${'A'.repeat(32)}`, upgrade())] }), operation, 401, 'unauthenticated');
  const token = await ticket();
  await world.sql(`update ws_tickets set expires_at = now() - interval '1 second'`);
  assertRaw(await exchange(port, { write: [request11(`GET /api/v1/ws?token=${token}`, upgrade())] }), operation, 401, 'unauthenticated');
});

test('an access token in the address is no ticket', async () => {
  const reply = await exchange(port, { write: [request11(`GET /api/v1/ws?token=${(await browser(world.visitor, emailOf('bob'))).cookies['veza_access']!.slice(0, 200)}`, upgrade())] });
  assertRaw(reply, operation, 401, 'unauthenticated');
});

test('a page of another origin opens nothing', async () => {
  for (const origin of ['https://attacker.example', 'null', `http://localhost.attacker.example:${port}`])
    assertRaw(await exchange(port, { write: [request11(`GET /api/v1/ws?token=${await ticket()}`, upgrade({ Origin: origin }))] }), operation, 403, 'forbidden');
  const { socket, status } = await open(await ticket(), { origin: `http://127.0.0.1:${port}`, headers: { Host: `127.0.0.1:${port}` } });
  assert.equal(status, 101, 'its own origin does');
  socket!.terminate();
});

test('a request that is no WebSocket handshake hears what is wanted', async () => {
  assertProblem(await world.visitor.send('GET', `/api/v1/ws?token=${await ticket()}`), 426, 'upgrade_required');
  for (const broken of [{ 'Sec-WebSocket-Key': 'short' }, { 'Sec-WebSocket-Key': '' }])
    assertRaw(await exchange(port, { write: [request11(`GET /api/v1/ws?token=${await ticket()}`, upgrade(broken))] }), operation, 400, 'bad_request');
  const old = await exchange(port, { write: [request11(`GET /api/v1/ws?token=${await ticket()}`, upgrade({ 'Sec-WebSocket-Version': '8' }))] });
  assertRaw(old, operation, 426, 'upgrade_required');
  assert.equal(old.headers['sec-websocket-version'], '13');
});

test('signing out closes the WebSocket of that session', async () => {
  const bob = await browser(world.visitor, emailOf('bob'));
  const reply = await world.visitor.post('/api/v1/ws/ticket', { as: bob });
  const { socket } = await open(reply.body.ticket);
  const closed = new Promise<number>((resolve) => socket!.once('close', resolve));
  assertStatus(await world.visitor.post('/api/v1/auth/logout', { as: bob }), 204);
  assert.equal(await closed, 1008);
});
