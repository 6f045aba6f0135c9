/** The WebSocket, with a real client: who gets in, what comes, and how it ends. */
import { strict as assert } from 'node:assert';
import { request } from 'node:http';
import { test } from 'node:test';
import WebSocket from 'ws';
import { assertProblem, assertStatus, type Credentials } from '../support/client.ts';
import { pause, until } from '../support/wait.ts';
import { browser, emailOf, template, World } from '../support/world.ts';

const FRONTEND = 'https://veza.example';
const world = await World.start('websocket', { FRONTEND_URL: FRONTEND, CORS_ORIGINS: 'https://app.example' });

async function ticket(as: Credentials = { token: template.tokens.alice }): Promise<string> {
  const reply = await world.visitor.post('/api/v1/ws/ticket', { as });
  assertStatus(reply, 201);
  assert.equal(reply.body.expires_in, 30);
  return reply.body.ticket;
}

/** A client that keeps what it hears. */
class Listener {
  readonly heard: Record<string, unknown>[] = [];
  closed: { code: number; reason: string } | undefined;
  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString()) as Record<string, unknown>));
    socket.on('close', (code, reason) => { this.closed = { code, reason: reason.toString() }; });
  }

  static async open(token: string, headers: Record<string, string> = {}): Promise<Listener> {
    const listener = new Listener(new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${token}`, { headers }));
    await new Promise((resolve, reject) => listener.socket.once('open', resolve).once('error', reject));
    await listener.hears('hello');
    return listener;
  }

  hears(type: string): Promise<Record<string, unknown>> {
    return until(`a message of type ${type}`, () => this.heard.find((message) => message['type'] === type));
  }

  closes(): Promise<{ code: number; reason: string }> {
    return until('the end of the connection', () => this.closed);
  }
}

const GOOD = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };

/** A handshake with these headers: the status, the headers and the problem's code. */
function handshake(token: string, headers: Record<string, string>): Promise<{ status: number; headers: Record<string, unknown>; code?: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${world.server.api}/api/v1/ws?token=${token}`, { headers });
    sent.on('upgrade', (reply, socket) => {
      socket.destroy();
      resolve({ status: reply.statusCode!, headers: reply.headers });
    });
    sent.on('response', (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => resolve({ status: reply.statusCode!, headers: reply.headers,
        code: (JSON.parse(Buffer.concat(chunks).toString()) as { code: string }).code }));
    });
    sent.on('error', reject).end();
  });
}

async function metric(name: string): Promise<number> {
  const reply = await world.visitor.get('/metrics');
  return Number(reply.bytes.toString().match(new RegExp(`^${name} (\\d+)$`, 'm'))?.[1]);
}

test('a ticket opens the WebSocket once', async () => {
  const token = await ticket();
  const listener = await Listener.open(token);
  listener.socket.send('{"type":"ping"}');
  await listener.hears('pong');
  assert.equal((await handshake(token, GOOD)).status, 401);
  listener.socket.close(1000);
  assert.equal((await listener.closes()).code, 1000);
});

test('an invented ticket opens nothing', async () => {
  for (const token of ['x', 'A'.repeat(32), template.tokens.alice.slice(0, 200)]) assert.equal((await handshake(token, GOOD)).status, 401);
});

test('an ordinary request is told to upgrade, and to which version', async () => {
  for (const headers of [{}, { ...GOOD, Upgrade: 'h2c' }, { ...GOOD, Connection: 'close' }, { ...GOOD, 'Sec-WebSocket-Version': '8' }]) {
    const reply = await handshake(await ticket(), headers);
    assert.equal(reply.status, 426);
    assert.equal(reply.code, 'upgrade_required');
    assert.equal(reply.headers['sec-websocket-version'], '13');
    assert.equal(reply.headers['upgrade'], 'websocket');
  }
  const reply = await world.visitor.send('GET', `/api/v1/ws?token=${await ticket()}`);
  assertProblem(reply, 426, 'upgrade_required');
});

test('the key must be 16 bytes in base64', async () => {
  for (const key of ['', 'short', 'dGhlIHNhbXBsZSBub25jZQ', 'dGhlIHNhbXBsZSBub25jZR==']) {
    assert.equal((await handshake(await ticket(), { ...GOOD, 'Sec-WebSocket-Key': key })).status, 400, key);
  }
  const accepted = await handshake(await ticket(), GOOD);
  assert.equal(accepted.status, 101);
  assert.equal(accepted.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
});

test('pages of other origins get no WebSocket, our own and listed ones do', async () => {
  for (const Origin of ['https://evil.example', 'null', `${FRONTEND}.evil.example`, 'http://veza.example', 'https://app.example:8443']) {
    const reply = await handshake(await ticket(), { ...GOOD, Origin });
    assert.deepEqual([reply.status, reply.code], [403, 'forbidden'], Origin);
  }
  for (const Origin of [world.server.api, FRONTEND, 'https://app.example']) {
    assert.equal((await handshake(await ticket(), { ...GOOD, Origin })).status, 101, Origin);
  }
});

test('logging out closes the WebSockets of that session and no other', async () => {
  const [laptop, phone] = [await browser(world.visitor, emailOf('bob')), await browser(world.visitor, emailOf('bob'))];
  const [gone, stays] = [await Listener.open(await ticket(laptop)), await Listener.open(await ticket(phone))];
  assertStatus(await world.visitor.post('/api/v1/auth/logout', { as: laptop }), 204);
  assert.equal((await gone.closes()).code, 1008);
  stays.socket.send('{"type":"ping"}');
  await stays.hears('pong');
  assert.equal(stays.closed, undefined);
  stays.socket.terminate();
});

test('news of a track reach every WebSocket of its owner and nobody else', async () => {
  const track = '11111111-2222-4333-8444-555555555555';
  const owner = [await Listener.open(await ticket()), await Listener.open(await ticket())];
  const other = await Listener.open(await ticket({ token: template.tokens.bob }));
  const fields = { track_id: track, stage: 'transcoding', progress: 0.5, status: 'processing' };
  const tell = (person: 'alice' | 'bob') => world.sql(`select realtime_send('user:${template.ids[person]}', 'track.progress', '${JSON.stringify(fields)}')`);
  await tell('alice');
  for (const listener of owner) {
    const news = await listener.hears('track.progress');
    assert.deepEqual({ ...news }, { type: 'track.progress', topic: `user:${template.ids.alice}`, number: 1, ...fields });
  }
  await tell('bob');
  await other.hears('track.progress');
  assert.equal(other.heard.filter((message) => message['type'] === 'track.progress').length, 1);
  for (const { socket } of [...owner, other]) socket.terminate();
});

test('what is too large, too much, binary or not JSON is closed with a code that says so', async () => {
  const cases: [string, number, (socket: WebSocket) => void][] = [
    ['more than 64 KiB', 1009, (socket) => socket.send('x'.repeat(65_537))],
    ['a flood', 1008, (socket) => { for (let i = 0; i < 400; i++) socket.ping(); }],
    ['binary', 1003, (socket) => socket.send(Buffer.from([1, 2, 3]))],
    ['not JSON', 1007, (socket) => socket.send('hello?')],
    ['half a character', 1007, (socket) => socket.send(Buffer.from([0x22, 0xc3, 0x22]), { binary: false })],
  ];
  for (const [what, code, say] of cases) {
    const listener = await Listener.open(await ticket());
    listener.socket.on('error', () => undefined); /* a broken pipe while flooding */
    say(listener.socket);
    assert.equal((await listener.closes()).code, code, what);
  }
});

test('a frame that announces 2^60 bytes costs no memory', async () => {
  const listener = await Listener.open(await ticket());
  const before = world.server.memory('VmRSS');
  const raw = (listener.socket as unknown as { _socket: { write: (bytes: Buffer) => void } })._socket;
  raw.write(Buffer.from('81ff1000000000000000' + '00000000' + '78', 'hex'));
  assert.equal((await listener.closes()).code, 1009);
  assert.ok(world.server.memory('VmRSS') - before < 4096);
});

test('many listeners come and go, and none is left behind', async () => {
  const listeners = await Promise.all(Array.from({ length: 90 }, async () => Listener.open(await ticket())));
  assert.ok(await metric('veza_websocket_connections') >= 90);
  for (const [i, { socket }] of listeners.entries()) if (i % 2) socket.close(); else socket.terminate();
  await until('all to be gone', async () => (await metric('veza_websocket_connections')) === 0);
});

test('when the server stops, it says goodbye with 1001', async () => {
  const listeners = await Promise.all(Array.from({ length: 5 }, async () => Listener.open(await ticket())));
  await pause(0);
  assert.equal(await world.server.stop(), 0);
  for (const listener of listeners) assert.equal((await listener.closes()).code, 1001);
});
