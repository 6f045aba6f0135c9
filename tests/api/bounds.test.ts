/** Every bound on what a client sends: at the bound it is taken, one above it is refused at once. (Heads: heads.test.ts.) */
import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus } from '../support/client.ts';
import { exchange, request11 } from '../support/raw.ts';
import { makeSound, wav } from '../support/media.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('bounds', { MAX_UPLOAD_MB: '1' });
const port = world.server.ports.api;

async function post(body: string, chunked = false): Promise<{ status: number; ms: number }> {
  const headers = { 'Content-Type': 'application/json', ...(chunked ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(body.length) }) };
  const sent = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
  const reply = await exchange(port, { write: [request11('POST /api/v1/logs/frontend', headers) + sent] });
  return { status: reply.status, ms: reply.elapsedMs };
}

test('a JSON body has at most 65536 bytes, with a length or in chunks', async () => {
  const sized = (size: number) => JSON.stringify({ level: 'info', message: 'bound' }).padEnd(size, ' ');
  for (const chunked of [false, true]) {
    assert.equal((await post(sized(65_536), chunked)).status, 204);
    const above = await post(sized(65_537), chunked);
    assert.equal(above.status, 413);
    assert.ok(above.ms < 2000);
  }
});

test('JSON is nested at most 2048 deep', async () => {
  const nested = (depth: number) => `{"level":"info","message":"m","unknown":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  assert.equal((await post(nested(2048))).status, 422);
  for (const depth of [2049, 30_000]) assert.equal((await post(nested(depth))).status, 400);
});

test('a form has at most 64 parts, and a text part 16384 bytes', async () => {
  const carol = world.as('carol');
  const form = (parts: Record<string, string>) => {
    const made = new FormData();
    for (const [name, value] of Object.entries(parts)) made.append(name, value);
    return carol.post('/api/v1/tracks', { body: made });
  };
  const many = (count: number) => form(Object.fromEntries(Array.from({ length: count }, (_, i) => [`part${i}`, 'x'])));
  assertStatus(await many(64), 422);
  assertProblem(await many(65), 413, 'payload_too_large');
  assertStatus(await form({ title: 'x'.repeat(16_384) }), 422);
  assertProblem(await form({ title: 'x'.repeat(16_385) }), 413, 'payload_too_large');
});

test('a form means the same in one packet and byte by byte', async () => {
  const part = (name: string, more: string, value: string) => `--xyzzy\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const body = Buffer.from(part('title', '', 'In pieces') + part('description', '', '') + part('file', '; filename="song.wav"', 'no sound') + part('genre', '', 'x') + '--xyzzy--\r\n');
  const head = request11('POST /api/v1/tracks', { Authorization: `Bearer ${template.tokens.carol}`, 'Content-Type': 'multipart/form-data; boundary=xyzzy', 'Content-Length': String(body.length) });
  const send = (cuts: number[]) => new Promise<{ status: number; errors: unknown }>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('data', (data: Buffer) => {
      const [line = '', ...rest] = data.toString().split('\r\n\r\n'), { code, errors } = JSON.parse(rest.join('')) as { code: string; errors?: unknown };
      socket.destroy();
      resolve({ status: Number(line.split(' ')[1]), errors: errors ?? code });
    });
    socket.write(head);
    void (async () => { for (const [i, cut] of cuts.entries()) await new Promise<void>((next) => { socket.write(body.subarray(i ? cuts[i - 1] : 0, cut), () => setImmediate(next)); }); })();
  });
  const whole = await send([body.length]);
  assert.ok(whole.status === 415 || whole.status === 422, JSON.stringify(whole));
  assert.doesNotMatch(JSON.stringify(whole), /twice/);
  assert.deepEqual(await send([...body.keys()].map((i) => i + 1)), whole, 'byte by byte');
});

test('a file has at most MAX_UPLOAD_MB', async () => {
  const carol = world.as('carol'), sound = Buffer.from(wav(makeSound(1)));
  const upload = (size: number) => {
    const form = new FormData();
    form.set('file', new Blob([Buffer.concat([sound, Buffer.alloc(size - sound.length)])]), 'song.wav');
    return carol.post('/api/v1/tracks', { body: form });
  };
  assert.notEqual((await upload(2 ** 20)).status, 413);
  assertProblem(await upload(2 ** 20 + 1), 413, 'payload_too_large');
});

test('a WebSocket message has at most 65536 bytes, in one frame or in several', async () => {
  const closedBy = async (say: (socket: WebSocket) => void): Promise<number> => {
    const { body } = await world.as('alice').post('/api/v1/ws/ticket');
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/ws?token=${(body as { ticket: string }).ticket}`);
    await new Promise((resolve, reject) => { socket.once('open', resolve); socket.once('error', reject); });
    return new Promise((resolve) => { socket.once('close', resolve); socket.on('error', () => undefined); say(socket); });
  };
  const text = (size: number) => 'x'.repeat(size); /* no JSON, so that each is closed, by what was wrong with it */
  assert.equal(await closedBy((socket) => socket.send(text(65_536))), 1007);
  assert.equal(await closedBy((socket) => socket.send(text(65_537))), 1009);
  assert.equal(await closedBy((socket) => { socket.send(text(65_535), { fin: false }); socket.send('x', { fin: true }); }), 1007);
  assert.equal(await closedBy((socket) => { socket.send(text(65_535), { fin: false }); socket.send('xx', { fin: true }); }), 1009);
});

test('a path has as many segments as its bytes allow, and is answered at once', async () => {
  for (const segments of [1, 16, 17, 4000]) {
    const reply = await exchange(port, { write: [request11(`GET /api/v1${'/a'.repeat(segments)}`)] });
    assert.equal(reply.status, 404, String(segments));
    assert.ok(reply.elapsedMs < 1000);
  }
});

test('one range is answered, more than one is the whole', async () => {
  const ask = async (range: string) => (await exchange(port, { write: [request11('GET /openapi.json', { Range: range })] })).status;
  const one = await ask('bytes=0-9'), two = await ask('bytes=0-9,20-29');
  assert.ok(one === 206 || one === 200, String(one));
  assert.equal(two, 200);
});
