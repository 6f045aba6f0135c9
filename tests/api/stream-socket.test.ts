/** The WebSocket that plays a track, with a real client and real sound. */
import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, connect } from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import WebSocket from 'ws';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { record } from '../support/coverage.ts';
import { decode, makeSound, pcm, wav } from '../support/media.ts';
import { Player } from '../support/player.ts';
import { playable, rendition } from '../support/tracks.ts';
import { pause, until } from '../support/wait.ts';
import { login, template, World } from '../support/world.ts';

const world = await World.start('stream-socket', { STREAM_WS_PER_PERSON: '3', STREAM_WS_PER_ADDRESS: '6', STREAM_WS_STALL_S: '8' });
const carol = world.as('carol'), base = world.server.stream, stream = new Client(base);
const sound = makeSound(62, { seed: 4 });
const track = await playable(carol, { file: wav(sound) });
const secret = await playable(carol, { file: wav(makeSound(12)), is_public: 'false' });
const players: Player[] = [];
after(() => players.forEach((player) => player.end()));

async function open(query: Record<string, string> = {}, at = base): Promise<Player> {
  const player = await Player.open(at, { track_id: track.id, ...query });
  players.push(player);
  return player;
}
const ended = async (player: Player) => {
  player.end();
  await player.closes();
  await until('the server to have noticed', async () => (await metric('veza_stream_sockets')) === players.filter((one) => !one.closed).length);
};
const metric = async (name: string) => Number((await (await fetch(`${world.server.api}/metrics`)).text()).match(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm'))![1]);

async function streamToken(person: 'carol' | 'dave' | 'bob'): Promise<string> {
  const reply = await world.as(person).post('/api/v1/auth/stream-token', {});
  assertStatus(reply, 200);
  return reply.body.token;
}

for (const quality of ['high', 'lossless'] as const) {
  test(`a whole track from chunks is the very sound of its ${quality} rendition`, async () => {
    const player = await open({ quality });
    const ready = await player.hears('ready');
    assert.equal(ready.duration, 62);
    assert.deepEqual(ready.bitrates.map((one) => one.rendition), ['low', 'medium', 'high', 'lossless']);
    player.send({ type: 'play', position: 0 });
    const chunks = await player.playToEnd(1), whole = await rendition(carol, track.id, quality);
    assert.deepEqual(chunks.map((chunk) => chunk.sequence), chunks.map((_, i) => i));
    assert.deepEqual(chunks.map((chunk) => chunk.kind), chunks.map((_, i) => (i ? 'media' : 'init')));
    let position = 0;
    for (const chunk of chunks) {
      assert.equal(chunk.position, position);
      position += chunk.samples;
    }
    assert.equal(position, Math.round(62 * chunks[0]!.sample_rate));
    const bytes = Buffer.concat(chunks.map((chunk) => chunk.binary));
    assert.deepEqual(bytes, whole.bytes);
    const file = path.join(world.server.dataDir, `${quality}.mp4`), other = path.join(world.server.dataDir, `${quality}-hls.mp4`);
    writeFileSync(file, bytes);
    writeFileSync(other, whole.bytes);
    const samples = await decode(file);
    assert.deepEqual(samples, await decode(other));
    if (quality === 'lossless') assert.deepEqual(samples, pcm(sound));
    await ended(player);
  });
}

test('each seek begins a generation of its own, from the segment that plays there', async () => {
  const player = await open({ quality: 'low' });
  player.send({ type: 'play', position: 0 });
  await until('the first chunks', () => player.of(1).length > 2);
  player.send({ type: 'seek', position: 43.5 });
  player.send({ type: 'seek', position: 31 });
  await until('chunks of the last seek', () => player.of(3).length > 1);
  const [init, first] = player.of(3);
  assert.equal(init!.kind, 'init');
  assert.equal(first!.sequence, 1);
  assert.ok(first!.position / first!.sample_rate <= 31 && (first!.position + first!.samples) / first!.sample_rate > 31);
  const late = player.chunks.findIndex((chunk) => chunk.generation === 3);
  assert.ok(player.chunks.slice(late).every((chunk) => chunk.generation === 3), 'nothing of an older generation comes later');
  const end = (await player.playToEnd(3)).at(-1)!;
  assert.equal(end.position + end.samples, 62 * end.sample_rate);
  player.send({ type: 'seek', position: 1000 });
  await until('the end of the track', () => player.of(4).at(-1)?.last);
  await ended(player);
});

test('chunks are sent only so far ahead, and none while it is paused', async () => {
  const player = await open({ quality: 'low' });
  player.send({ type: 'play' });
  const sent = () => player.chunks.reduce((sum, chunk) => sum + chunk.samples / chunk.sample_rate, 0);
  await until('what is sent ahead', () => sent() >= 20);
  await pause(1500);
  assert.ok(sent() <= 30, `${sent()} s were sent in about two`);
  player.send({ type: 'sync', position: 20 });
  const ack = await player.hears('sync_ack');
  assert.equal(ack.position, 20);
  assert.equal(ack.generation, 1);
  assert.ok(ack.drift > 15 && ack.drift < 20, `${ack.drift}`);
  await until('more, since it plays later', () => sent() >= 40);
  player.send({ type: 'pause' });
  player.send({ type: 'sync', position: 45 });
  await player.hears('sync_ack', ({ position }) => position === 45);
  const before = player.chunks.length;
  await pause(700);
  assert.ok(player.chunks.length <= before + 1, 'what was under way at most');
  player.send({ type: 'play' });
  await until('the rest', () => player.chunks.at(-1)?.last);
  assert.equal(Math.round(sent()), 62, 'without a position nothing is sent twice');
  assert.equal(player.chunks.at(-1)!.generation, 1);
  await ended(player);
});

test('base64 is for clients that take no binary messages', async () => {
  const player = await open({ quality: 'medium', encoding: 'base64' });
  player.send({ type: 'play', position: 0 });
  const chunks = await player.playToEnd(1);
  assert.deepEqual(Buffer.concat(chunks.map((chunk) => chunk.binary)), (await rendition(carol, track.id, 'medium')).bytes);
  await ended(player);
});

/** Passes on what the server sends at so many bytes a second. */
async function slowWay(bytesPerSecond: number): Promise<string> {
  const server = createServer((client) => {
    /* In small pieces, as a network brings them. */
    const upstream = connect({ port: Number(new URL(base).port), host: '127.0.0.1', onread: { buffer: Buffer.alloc(2048), callback: (count, buffer) => {
      client.write(Buffer.from(buffer.subarray(0, count)));
      setTimeout(() => upstream.resume(), count * 1000 / bytesPerSecond);
      upstream.pause();
      return true;
    } } });
    client.pipe(upstream);
    for (const socket of [client, upstream]) socket.on('error', () => { client.destroy(); upstream.destroy(); });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

test('a fast connection gets the best rendition after some chunks, and every part is of a rendition as it is', async () => {
  const player = await open();
  player.send({ type: 'play', position: 0 });
  const chunks = await player.playToEnd(1);
  assert.equal(chunks[0]!.rendition, 'medium');
  assert.equal(chunks.at(-1)!.rendition, 'lossless');
  const ladder = ['low', 'medium', 'high', 'lossless'];
  chunks.forEach((chunk, i) => {
    const before = chunks[i - 1];
    if (!before) return;
    assert.ok(ladder.indexOf(chunk.rendition) - ladder.indexOf(before.rendition) <= 1, 'one step up at a time');
    assert.equal(chunk.kind === 'init', before.rendition !== chunk.rendition, 'its header comes first');
  });
  const seconds = chunks.filter((chunk) => chunk.kind === 'media').map((chunk) => [chunk.position / chunk.sample_rate, (chunk.position + chunk.samples) / chunk.sample_rate]);
  seconds.forEach(([begins], i) => assert.ok(Math.abs(begins! - (seconds[i - 1]?.[1] ?? 0)) < 0.06, 'nothing is missing and nothing comes twice, but for the hundredths of a second by which codecs are cut apart'));
  for (const chunk of chunks.filter(({ kind }) => kind === 'init')) {
    const file = path.join(world.server.dataDir, `from-${chunk.rendition}.mp4`);
    writeFileSync(file, Buffer.concat(chunks.filter(({ rendition }) => rendition === chunk.rendition).map(({ binary }) => binary)));
    assert.ok((await decode(file)).length > 44100, 'ffmpeg plays what came of it');
  }
  await ended(player);
});

test('a slow connection gets the least', async () => {
  const player = await open({}, await slowWay(20_000));
  player.send({ type: 'play', position: 0 });
  player.send({ type: 'sync', position: 50 }); /* it could play all that comes */
  await until('a chunk of the least rendition', () => player.closed ?? player.chunks.some((chunk) => chunk.rendition === 'low'), 60);
  assert.ok(!player.chunks.some((chunk) => chunk.rendition === 'lossless'));
  assert.equal(player.closed, undefined, 'it takes its time, but it goes on');
  await ended(player);
});

test('a client that does not read is closed, and takes little memory until then', async () => {
  const before = world.server.memory('VmRSS'), closed = await metric('veza_stream_sockets_closed_total{reason="slow"}');
  const player = await open({ quality: 'lossless' });
  player.send({ type: 'play', position: 0 });
  await until('a chunk', () => player.chunks.length > 0);
  player.socket.pause();
  /* More than any buffer of the kernel holds: the whole track again and again. */
  await until('the server to close it', async () => {
    player.send({ type: 'seek', position: 0 });
    player.send({ type: 'sync', position: 60 });
    return (await metric('veza_stream_sockets_closed_total{reason="slow"}')) > closed;
  }, 40, 400);
  assert.ok(world.server.memory('VmRSS') - before < 30_000, 'a chunk or two');
  await ended(player);
});

/** What a handshake is answered with. */
const refused = (query: string, more: Record<string, string> = {}) => new Promise<number>((resolve, reject) => {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...more };
  const sent = request(`${base}/ws?${query}`, { headers }, (reply) => { reply.resume(); record('GET /ws', reply.statusCode!); resolve(reply.statusCode!); });
  sent.on('upgrade', (_, socket) => { socket.destroy(); resolve(101); }).on('error', reject);
  sent.end();
});

test('what is no handshake, comes from another site, or is about a track that is not ready is refused', async () => {
  assert.equal(await refused(`track_id=${track.id}`, { 'sec-websocket-key': 'short' }), 400);
  assert.equal(await refused(`track_id=${track.id}`, { origin: 'https://evil.example' }), 403);
  assert.equal(await refused(`track_id=${track.id}`, { 'sec-websocket-version': '8' }), 426);
  assert.equal(await refused('track_id=x'), 422);
  const becomes = (status: string) => world.sql(`update tracks set stream_status = '${status}' where id = '${secret.id}'; select pg_notify('track_changed', '${secret.id}')`);
  const token = await streamToken('carol');
  await becomes('processing');
  await until('the servers to know', async () => (await refused(`track_id=${secret.id}&token=${token}`)) === 409);
  await becomes('ready');
  await until('the servers to know', async () => (await refused(`track_id=${secret.id}&token=${token}`)) === 101);
});

test('a private track plays for those who may hear it, by their stream token, and stops when the right ends', async () => {
  assert.equal(await refused(`track_id=${secret.id}`), 404);
  assert.equal(await refused(`track_id=${secret.id}&token=${await streamToken('dave')}`), 404);
  assert.equal(await refused(`track_id=${secret.id}&token=${template.tokens.carol}`), 401, 'only stream tokens are taken from an address');
  assert.equal(await refused(`track_id=${secret.id}&token=nonsense`), 401);
  const owner = await open({ track_id: secret.id, token: await streamToken('carol') });
  owner.send({ type: 'play', position: 0 });
  await until('sound', () => owner.chunks.length > 1);

  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: secret.id }, body: { visibility: 'public' } }), 200);
  const dave = await open({ track_id: secret.id, token: await streamToken('dave') }), visitor = await open({ track_id: secret.id });
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: secret.id }, body: { visibility: 'private' } }), 200);
  for (const one of [dave, visitor]) {
    assert.equal((await one.closes()).code, 1008);
    assert.ok(one.heard.some((message) => message.type === 'error' && message.code === 'not_found'));
  }
  assert.equal(owner.closed, undefined);
  await ended(owner);
});

test('a socket ends with the session of its token', async () => {
  const session = await login(world, 'bob');
  assertStatus(session, 200);
  const as = { token: session.body.access_token };
  const token = (await world.visitor.post('/api/v1/auth/stream-token', { as })).body.token;
  const player = await open({ token });
  assertStatus(await world.visitor.post('/api/v1/auth/logout', { as }), 204);
  assert.equal((await player.closes()).code, 1008);
});

test('a person, and an address, have only so many', async () => {
  const token = await streamToken('dave'), mine: Player[] = [];
  for (let i = 0; i < 3; i++) mine.push(await open({ token }));
  const refused = (query: Record<string, string>) => new Promise<number>((resolve) => {
    const socket = new WebSocket(`${base.replace('http', 'ws')}/ws?${new URLSearchParams({ track_id: track.id, ...query }).toString()}`);
    socket.on('unexpected-response', (_, reply) => { resolve(reply.statusCode!); socket.terminate(); }).on('open', () => { resolve(101); socket.terminate(); }).on('error', () => undefined);
  });
  assert.equal(await refused({ token }), 429);
  for (let i = 0; i < 3; i++) mine.push(await open());
  assert.equal(await refused({}), 429);
  for (const player of mine) player.end();
  for (const player of mine) await player.closes();
  await until('room again', async () => (await metric('veza_stream_sockets')) === 0);
  await ended(await open({ token }));
});

test('what is not as described is refused, and too much of it ends the connection', async () => {
  const player = await open();
  player.send({ type: 'seek' } as never);
  assert.equal((await player.hears('error', ({ code }) => code === 'wrong_field')).message, 'position');
  player.send({ type: 'seek', position: -1 });
  player.send({ type: 'ping' } as never);
  await player.hears('error', ({ code }) => code === 'unknown_message');
  player.send({ type: 'heartbeat' });
  player.send({ type: 'error', message: 'no decoder\nfor this' });
  for (let i = 0; i < 20; i++) player.send({ type: 'nothing' } as never);
  assert.equal((await player.closes()).code, 1008);
  const other = await open();
  other.socket.send('[]');
  assert.equal((await other.closes()).code, 1007);
  assertProblem(await stream.send('GET', `/ws?track_id=${track.id}`), 426);
  assertProblem(await stream.send('GET', '/ws'), 422);
  assertProblem(await stream.send('GET', `/ws?track_id=${template.ids.carol}`), 404);
});

test('a track that is processed once more meanwhile plays on to its end', async () => {
  const token = await streamToken('carol'), player = await open({ quality: 'medium', token });
  player.send({ type: 'play', position: 0 });
  await until('the first chunks', () => player.chunks.length > 3);
  player.send({ type: 'pause' });
  const version = await world.sql(`select media_version from tracks where id = '${track.id}'`);
  assertStatus(await stream.post('/v1/stream/transcode', { body: { track_id: track.id }, as: { token } }), 202);
  await until('another run to play', async () => await world.sql(`select media_version from tracks where id = '${track.id}'`) !== version, 60);
  player.send({ type: 'play' });
  const chunks = (await player.playToEnd(1)).filter(({ kind }) => kind === 'media');
  assert.equal(chunks.reduce((sum, chunk) => sum + chunk.samples, 0), 62 * 44100);
  await ended(player);
});

test('however often a client seeks, it is sent ten times what plays at most, and 120 seconds at once', async () => {
  const player = await open({ quality: 'low' }), begun = Date.now();
  player.send({ type: 'play', position: 0 });
  for (let i = 0; i < 60; i++) {
    player.send({ type: 'seek', position: (i * 17) % 60 });
    await pause(70);
  }
  const seconds = () => player.chunks.reduce((sum, chunk) => sum + chunk.samples / chunk.sample_rate, 0), allowed = () => 120 + 10 * (Date.now() - begun) / 1000 + 10;
  assert.ok(seconds() <= allowed(), `${seconds()} s were sent, ${allowed()} at most`);
  player.send({ type: 'seek', position: 50 });
  await until('the end of the track', () => player.chunks.at(-1)?.last);
  await ended(player);
});
