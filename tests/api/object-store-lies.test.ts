/** An object store, or what stands before it, that sends other bytes than it was asked for, or sends them very slowly: a real Swift behind a proxy that does so. */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { createServer, request, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { assertStatus, Client } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { BINARY } from '../support/paths.ts';
import { Player } from '../support/player.ts';
import { Swift } from '../support/swift.ts';
import { playable } from '../support/tracks.ts';
import { pause, until } from '../support/wait.ts';
import { cluster, World } from '../support/world.ts';

const BUCKET = 'veza-lies', OTHER = 'veza-links', DRIP_MS = 200;
const swift = new Swift();
after(() => swift.remove());
await swift.start();
for (const bucket of [BUCKET, OTHER]) await swift.makeBucket(bucket);

/** What is done instead of passing a request on; undefined: it is passed on. */
let hidesTags = false; /* replies carry no ETag */
let lie: ((asked: IncomingMessage, reply: ServerResponse, pass: () => void) => boolean) | undefined;
const proxy = createServer((asked, reply) => {
  const pass = () => {
    const store = request({ port: swift.port, host: '127.0.0.1', method: asked.method, path: asked.url, headers: asked.headers, setHost: false }, (answer) => {
      reply.writeHead(answer.statusCode!, answer.rawHeaders.filter((_, i, all) => !(hidesTags && /^etag$/i.test(all[i - (i % 2)]!))));
      answer.pipe(reply);
    });
    store.on('error', () => reply.destroy());
    asked.pipe(store);
  };
  if (!lie?.(asked, reply, pass)) pass();
}).listen(0, '127.0.0.1');
await new Promise((resolve) => proxy.once('listening', resolve));
after(() => { proxy.closeAllConnections(); proxy.close(); });
const settings = { ...swift.settings(BUCKET), S3_ENDPOINT: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, S3_TIMEOUT_S: '1', S3_CACHE_MB: '16' };
const world = await World.start('object-store-lies', settings);
const carol = world.as('carol'), visitor = world.visitor;
const file = wav(makeSound(60, { seed: 7 })); /* too large to be copied to this machine */
const track = await playable(carol, { file, is_public: 'true', is_downloadable: 'true' });

/** The bytes of the original that come, perhaps not all of them; none of an error. */
async function original(range = 'bytes=0-'): Promise<Buffer> {
  const reply = await fetch(`${world.server.api}/api/v1/tracks/${track.id}/download?format=original`, { headers: { range } }), parts: Uint8Array[] = [];
  if (reply.ok) await (async () => { for await (const part of reply.body!) parts.push(part as Uint8Array); })().catch(() => undefined);
  return Buffer.concat(parts);
}
const answers = () => until('the store to be asked again', async () => (await original('bytes=0-9')).length === 10, 30, 200);
const isOriginal = (asked: IncomingMessage) => asked.method === 'GET' && asked.url!.includes('/originals/');
/** Of the beginning of an object Veza asks for 256 KiB; this is what it asks for behind that. */
const isLater = (asked: IncomingMessage) => isOriginal(asked) && !asked.headers.range?.startsWith('bytes=0-');

for (const [name, status, headers] of [
  ['the whole object', 200, {}],
  ['the beginning', 206, { 'content-range': `bytes 0-${file.length - 1}/${file.length}` }],
  ['a range that it does not name', 206, {}],
] as [string, number, OutgoingHttpHeaders][])
  test(`of a store that sends ${name} instead of a range no byte is passed on`, async () => {
    assert.ok((await original()).equals(file));
    lie = (asked, reply) => isLater(asked) && !!reply.writeHead(status, { ...headers, 'content-length': file.length }).end(file);
    const begun = Date.now();
    assert.equal((await original('bytes=5000000-5000999')).length, 0);
    assert.ok(Date.now() - begun < 10_000, 'the connection ends at once, and not when it has been idle for long');
    assert.ok(file.subarray(0, 300_000).indexOf(await original('bytes=0-')) === 0, 'nothing but what its first reply had');
    lie = undefined;
    await answers();
  });

test('an object that was replaced while it is read is not read on, also where the store does not look at If-Match', async () => {
  lie = (asked, reply) => isLater(asked) &&
    !!reply.writeHead(206, { 'content-range': `bytes 262144-${file.length - 1}/${file.length}`, etag: '"another"' }).end(Buffer.alloc(file.length - 262144));
  assert.ok((await original()).length <= 262144);
  lie = undefined;
  await answers();
});

for (const [name, range] of [['names no range', undefined], ['tells another length', 'bytes 0-262143/262144000000'], ['begins elsewhere', `bytes 100-262243/${file.length}`]] as const)
  test(`a first reply that ${name} is no file`, async () => {
    lie = (asked, reply) => isOriginal(asked) &&
      !!reply.writeHead(206, { ...(range ? { 'content-range': range } : {}), etag: '"x"' }).end(file.subarray(0, range?.includes('000000') ? 1000 : 262144));
    assert.equal((await original()).length, 0);
    lie = undefined;
    await answers();
  });

test('a store that sends some bytes each second holds no request for long', async () => {
  const timers: NodeJS.Timeout[] = [];
  lie = (asked, reply) => {
    if (!isOriginal(asked)) return false;
    reply.writeHead(206, { 'content-range': `bytes 0-262143/${file.length}`, 'content-length': 262144, etag: '"x"' });
    timers.push(setInterval(() => reply.write('abc'), DRIP_MS));
    return true;
  };
  const late = Symbol('late'), got = await Promise.race([original(), pause(40_000).then(() => late)]);
  timers.forEach(clearInterval);
  lie = undefined;
  proxy.closeAllConnections();
  assert.notEqual(got, late);
  await answers();
});

/** A command on the same bucket; its exit code and what it wrote. Ended after 20 s. */
async function veza(...words: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn('timeout', ['20', BINARY, ...words], { cwd: world.server.dataDir, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', VEZA_DATA_DIR: world.server.dataDir, DATABASE_URL: cluster.url(world.database), ...settings } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => { text += bytes.toString(); });
  return { code: await new Promise((resolve) => child.once('close', resolve)), text };
}
const xml = (reply: ServerResponse, text: string) => !!reply.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${text}`);

test('a store without tags gives whole files', async () => {
  hidesTags = true;
  assert.ok((await original()).equals(file));
  hidesTags = false;
});

test('lists that say "and more" without an end are given up', async () => {
  lie = (asked, reply) => asked.url!.includes('list-type=2') &&
    xml(reply, '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>');
  const files = await veza('doctor', 'storage');
  assert.deepEqual([files.code, /cannot be read; nothing was changed/.test(files.text)], [1, true], files.text);
  lie = (asked, reply) => /[?&]uploads=/.test(asked.url!) && asked.method === 'GET' &&
    xml(reply, '<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>b</NextUploadIdMarker></ListMultipartUploadsResult>');
  const all = await veza('doctor');
  assert.ok(all.code !== 124 && /object store/.test(all.text), all.text);
  lie = undefined;
});

test('an upload of more than a thousand parts is not swept while parts come, and is when none came for a day', async () => {
  const old = new Date(Date.now() - 3 * 86_400_000).toISOString();
  for (const [newest, swept] of [[new Date().toISOString(), false], [old, true]] as const) {
    const aborted: string[] = [];
    lie = (asked, reply) => {
      const url = asked.url!;
      if (/[?&]uploads=/.test(url) && asked.method === 'GET')
        return xml(reply, `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>originals/long</Key><UploadId>u1</UploadId><Initiated>${old}</Initiated></Upload></ListMultipartUploadsResult>`);
      if (!url.includes('uploadId=u1')) return false;
      if (asked.method === 'DELETE') return !!aborted.push(url) && !!reply.writeHead(204).end();
      const second = url.includes('part-number-marker=1000');
      return xml(reply, `<ListPartsResult><IsTruncated>${String(!second)}</IsTruncated><Part><PartNumber>1</PartNumber><LastModified>${second ? newest : old}</LastModified></Part></ListPartsResult>`);
    };
    await veza('doctor');
    lie = undefined;
    assert.equal(aborted.length > 0, swept);
  }
});

test('whoever may not hear a track any more is told so while others wait for the store', async () => {
  const heard = await playable(carol, { file: wav(makeSound(isFull ? 30 : 12, { seed: 9 })), is_public: 'true' }), players: Player[] = [];
  const open = async (id: string) => {
    players.push(await Player.open(world.server.stream, { track_id: id, quality: 'low' }));
    players.at(-1)!.send({ type: 'play', position: 0 });
    return players.at(-1)!;
  };
  const listener = await open(heard.id);
  await until('its sound', () => listener.chunks.length > 1);
  let waiting = 0;
  lie = (asked, _reply, pass) => {
    if (!asked.url!.includes(`/hls/${track.id}`)) return false;
    waiting++;
    setTimeout(pass, 900);
    return true;
  };
  for (let i = 0; i < 24; i++) await open(track.id);
  await until('all threads that send to wait', () => waiting >= 2);
  const begun = Date.now();
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: heard.id }, body: { is_public: false } }), 200);
  await until('the end of it', () => listener.closed, 20, 20);
  assert.equal(listener.closed!.code, 1008);
  assert.ok(Date.now() - begun < 1800, `it took ${Date.now() - begun} ms`);
  lie = undefined;
  players.forEach((player) => player.end());
  assertStatus(await visitor.send('GET', '/health'), 200);
});

test('a few bytes by a signed link cost a part of the file, and not all of it', async () => {
  const part = isFull ? file : wav(makeSound(20, { seed: 8 })), STREAM_URL = 'https://music.example', linked = await World.start('object-store-links', { ...settings, ...swift.settings(OTHER), S3_ENDPOINT: settings.S3_ENDPOINT, STREAM_URL });
  const mine = await playable(linked.as('carol'), { file: part }), stream = new Client(linked.server.stream);
  const reply = await linked.as('carol').get('/api/v1/tracks/{id}/download', { path: { id: mine.id } });
  assertStatus(reply, 307);
  const address = reply.headers.get('location')!.slice(STREAM_URL.length);
  const received = async () => Number((await (await fetch(`${linked.server.api}/metrics`)).text()).match(/^veza_s3_received_bytes_total (\d+)$/m)![1]);
  const before = await received();
  for (const at of isFull ? [1_000_000, 5_000_000, 9_000_000] : [1_000_000, 2_000_000, 3_000_000]) {
    const some = await stream.send('GET', address, { headers: { range: `bytes=${at}-${at + 9}` } });
    assertStatus(some, 206);
    assert.ok(some.bytes.equals(part.subarray(at, at + 10)));
  }
  const cost = await received() - before;
  assert.ok(cost < 4 * 262144, `${cost} bytes`);
  assert.ok((await stream.send('GET', address)).bytes.equals(part));
  lie = (asked, answer) => isOriginal(asked) && !!answer.writeHead(503).end();
  assertStatus(await stream.send('GET', address), 503);
  lie = undefined;
});
