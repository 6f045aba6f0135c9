/** tus-js-client, a client that others wrote, on connections that break and servers that die. */
import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import * as tus from 'tus-js-client';
import { isFull } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { startNginx } from '../support/proxy.ts';
import { request11 } from '../support/raw.ts';
import { finished } from '../support/tracks.ts';
import { begin, head, offsetOf, patch, sha256, trackOf } from '../support/tus.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

/** Passes bytes on to the world's server, wherever it listens now, and cuts each connection after some bytes. */
async function breaking(world: World, cuts: { left: number; after: () => number }): Promise<number> {
  const proxy: NetServer = createServer((socket: Socket) => {
    const upstream = connect({ port: world.server.ports.api, host: '127.0.0.1' });
    let budget = cuts.left > 0 ? cuts.after() : Infinity;
    const cut = () => {
      socket.destroy();
      upstream.destroy();
    };
    socket.on('data', (bytes) => {
      upstream.write(bytes);
      budget -= bytes.length;
      if (budget < 0) {
        cuts.left--;
        cut();
      }
    });
    upstream.on('data', (bytes) => socket.write(bytes));
    for (const one of [socket, upstream]) one.on('error', cut).on('close', cut);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  after(() => proxy.close());
  return (proxy.address() as AddressInfo).port;
}

const rounds = isFull ? 200 : 25, kills = isFull ? 20 : 2;

test(`tus-js-client brings a file through ${rounds} cuts and ${kills} kills of the server, byte for byte`, async () => {
  const world = await World.start('tus-client'), file = wav(makeSound(isFull ? 60 : 12, { sampleRate: 48_000 }));
  const cuts = { left: rounds, after: () => randomInt(1, Math.floor((file.length / rounds) * 1.2)) + 700 };
  const port = await breaking(world, cuts);
  const everyKill = Math.floor(file.length / (kills + 1));
  let nextKill = everyKill, restarting: Promise<unknown> | undefined, furthest = 0;
  let upload!: tus.Upload;
  await new Promise<void>((resolve, reject) => {
    upload = new tus.Upload(file, {
      endpoint: `http://127.0.0.1:${port}/api/v1/uploads/tus`, headers: { authorization: `Bearer ${template.tokens.carol}` }, metadata: { filename: 'cut.wav', title: 'Cut' },
      retryDelays: Array.from({ length: 400 }, (_, i) => Math.min(i * 20, 500)), onShouldRetry: () => true, chunkSize: 400_000,
      onProgress: (sent) => {
        furthest = Math.max(furthest, sent);
        if (furthest < nextKill || restarting) return;
        nextKill += everyKill;
        restarting = world.server.stop('SIGKILL').then(() => world.server.start()).finally(() => { restarting = undefined; });
      },
      onSuccess: () => resolve(), onError: reject,
    });
    upload.start();
  });
  await restarting;
  assert.equal(await world.sql('select count(*) from uploads'), '1', 'one upload, which went on');
  assert.ok(cuts.left < rounds / 2, `${rounds - cuts.left} cuts`);
  const carol = world.as('carol'), told = await head(carol, new URL(upload.url!).pathname);
  const track = await finished(carol, trackOf(told)!);
  assert.equal(track.title, 'Cut');
  assert.equal(sha256((await carol.get('/api/v1/tracks/{id}/download', { path: { id: track.id } })).bytes), sha256(file));
  assert.equal(await world.sql('select count(*) from tracks'), '1');
});

test('behind nginx, as it is set up for Veza, bytes of a request that is cut count too', async () => {
  const world = await World.start('tus-nginx', { TRUSTED_PROXIES: '127.0.0.1' }), file = wav(makeSound(10)), carol = world.as('carol');
  const port = await startNginx(world.server.ports.api, 'proxy_request_buffering off;');
  const address = await begin(carol, { length: file.length });
  let offset = 0;
  for (let round = 0; round < 5; round++) {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
    socket.write(request11(`PATCH ${address}`, { Authorization: `Bearer ${template.tokens.carol}`, 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(offset),
      'Content-Type': 'application/offset+octet-stream', 'Content-Length': String(file.length - offset) }));
    await new Promise<void>((resolve) => socket.write(file.subarray(offset, offset + randomInt(100_000, 250_000)), () => resolve()));
    const before = offset;
    await until('bytes to count', async () => Number((await carol.send('GET', address, { headers: { 'tus-resumable': '1.0.0' } })).headers.get('upload-offset')) > before);
    socket.destroy();
    offset = offsetOf(await head(carol, address));
    assert.ok(offset > before);
  }
  const last = await patch(carol, address, offset, file.subarray(offset));
  assert.equal(sha256((await carol.get('/api/v1/tracks/{id}/download', { path: { id: trackOf(last)! } })).bytes), sha256(file));
});
