/** deploy/nginx in front of a real server: what it keeps, what it lets through, and what it does not believe. */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { connect as connect2, type ClientHttp2Session } from 'node:http2';
import { Agent, request } from 'node:https';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { after, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import * as tus from 'tus-js-client';
import WebSocket from 'ws';
import { assertStatus } from '../support/client.ts';
import { isFull, onDisk } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { certificate, Nginx } from '../support/nginx.ts';
import { finished, playable, type Track } from '../support/tracks.ts';
import { begin, sha256 } from '../support/tus.ts';
import { until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('nginx', { TRUSTED_PROXIES: '127.0.0.1', APP_ENV: 'staging', FRONTEND_URL: 'https://music.example.org' });
const folder = certificate(), ca = readFileSync(`${folder}/fullchain.pem`);
const carol = world.as('carol');
/** Of the sounds that are played or sent in many pieces. */
const LONG_S = isFull ? 60 : 30;
const behind = () => ({ ...world.server.ownPorts, certificates: folder });
/* An answer to visitors counts for 10 s. On the short level 2 s, which asks for the same in less time; on the full one as operators have it. */
const nginx = await Nginx.start({ ...behind(), changes: isFull ? [] : [['proxy_cache_valid 200 10s;', 'proxy_cache_valid 200 2s;']] });
const agent = new Agent({ ca, servername: 'music.example.org', keepAlive: true });
after(() => agent.destroy());

interface Reply { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }
interface Asking { method?: string; headers?: Record<string, string>; as?: Person; at?: number }

function ask(url: string, { method = 'GET', headers = {}, as, at = nginx.port }: Asking = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const who = as ? { authorization: `Bearer ${template.tokens[as]}` } : {};
    request({ host: '127.0.0.1', port: at, path: url, method, agent, headers: { host: 'music.example.org', ...who, ...headers } }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      reply.on('end', () => resolve({ status: reply.statusCode!, headers: reply.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject).end();
  });
}

/** The addresses of the segments of one rendition, as a player learns them. */
async function segments(track: Track, { as, share = '', quality = 'low' }: { as?: Person; share?: string; quality?: string } = {}): Promise<string[]> {
  const base = track.stream_manifest_url!.replace('master.m3u8', quality);
  const playlist = await ask(`${base}/playlist.m3u8${share}`, as ? { as } : {});
  assert.equal(playlist.status, 200, playlist.body.toString());
  return playlist.body.toString().split('\n').filter((line) => line && !line.startsWith('#')).map((name) => `${base}/${name}`);
}

/** Requests for segments and playlists that Veza answered, on both of its servers. */
async function counted(): Promise<number> {
  let sum = 0;
  for (const base of [`http://127.0.0.1:${world.server.ownPorts.api}`, `http://127.0.0.1:${world.server.ownPorts.stream}`])
    for (const [, route, count] of (await (await fetch(`${base}/metrics`)).text()).matchAll(/^veza_http_requests_total\{[^}]*route="([^"]*)"[^}]*\} (\d+)$/gm)) sum += /\/hls\//.test(route!) ? Number(count) : 0;
  return sum;
}

const share = async (track: Track) => {
  const reply = await carol.post('/api/v1/tracks/{id}/share', { path: { id: track.id }, body: { permissions: 'read' } });
  assertStatus(reply, 201);
  return reply.body;
};

test('four clients play; what is made private, revoked, blocked or deleted gives them no byte of a new segment soon after, also none that nginx has', async () => {
  const sound = wav(makeSound(LONG_S));
  const [opened, linked, blocked, deleted] = await Promise.all((['Opened', 'Linked', 'Blocked', 'Deleted'] as const).map((title) => playable(carol, { file: sound, title, is_public: String(title !== 'Linked') })));
  const link = await share(linked!);
  const clients: { name: string; track: Track; query?: string; as?: Person; change: () => Promise<{ status: number }> }[] = [
    { name: 'private', track: opened!, change: () => carol.put('/api/v1/tracks/{id}', { path: { id: opened!.id }, body: { is_public: false } }) },
    { name: 'revoked', track: linked!, query: `?share=${link.token}`, change: () => carol.delete('/api/v1/tracks/share/{id}', { path: { id: link.id } }) },
    { name: 'blocked', track: blocked!, as: 'dave', change: () => carol.post('/api/v1/users/{id}/block', { path: { id: template.ids.dave } }) },
    { name: 'deleted', track: deleted!, change: () => carol.delete('/api/v1/tracks/{id}', { path: { id: deleted!.id } }) },
  ];
  await Promise.all(clients.map(async ({ name, track, query = '', as, change }) => {
    const who = as ? { as } : {}, names = await segments(track, { ...who, share: query });
    assert.ok(names.length >= 6, `${names.length} segments`);
    /* All are in nginx's cache by then: the owner has heard them. */
    for (const address of names) assert.equal((await ask(address.split('?')[0]!, { as: 'carol' })).status, 200);
    for (const address of names.slice(0, 3)) assert.equal((await ask(address, who)).status, 200, name);
    const { status } = await change();
    assert.ok(status === 200 || status === 204, `${name}: ${status}`);
    const since = performance.now();
    let last = since, refusals = 0;
    for (let i = 0; refusals < 20; i++) {
      const reply = await ask(names[3 + (i % (names.length - 3))]!, who);
      if (reply.status === 200) {
        last = performance.now();
        refusals = 0;
      } else {
        assert.equal(reply.status, 404, `${name}: ${reply.body.toString().slice(0, 200)}`);
        assert.equal(reply.headers['content-type'], 'application/problem+json');
        refusals++;
      }
      assert.ok(performance.now() - since < 60_000, `${name}: still heard after a minute`);
    }
    const seconds = (last - since) / 1000;
    assert.ok(seconds < (isFull ? 15 : 6), `${name}: heard for ${seconds.toFixed(1)} s`);
  }));
});

test('a segment that nginx has costs a visitor no request to Veza, and somebody who says who they are one that asks whether they may', async () => {
  const track = await playable(carol, { file: wav(makeSound(20)), title: 'Kept' });
  const [first, second] = await segments(track);
  const direct = (await world.visitor.send('GET', first!)).bytes;
  const byStream = first!.replace(/^\/api\/v1\/tracks\/([^/]+)\/hls/, '/hls/$1');
  const fresh = await ask(first!);
  assert.deepEqual((await ask(byStream)).body, direct);
  assert.deepEqual(fresh.body, direct);
  await ask(second!);
  const before = await counted();
  for (let i = 0; i < 10; i++) for (const address of [first!, second!, byStream]) assert.equal((await ask(address)).status, 200);
  assert.equal(await counted(), before, 'thirty segments, and Veza heard of none');
  for (let i = 0; i < 5; i++) assert.deepEqual((await ask(first!, { as: 'bob' })).body, direct);
  assert.equal(await counted(), before + 5);
  assert.equal((await ask(first!, { headers: { cookie: 'other=1' } })).status, 200);
  assert.equal(await counted(), before + 6, 'a cookie may say who somebody is');
});

test('only public sound is immutable, only in browsers, and no copy has headers of the one who asked first', async () => {
  const open = await playable(carol, { title: 'For all' }), own = await playable(carol, { title: 'For one', is_public: 'false' });
  const link = await share(own);
  for (const round of [1, 2]) {
    for (const address of [(await segments(open))[0]!, (await segments(open))[0]!.replace(/^\/api\/v1\/tracks\/([^/]+)\/hls/, '/hls/$1')]) {
      const reply = await ask(address);
      assert.equal(reply.headers['cache-control'], 'public, max-age=31536000, immutable', `round ${round}`);
      assert.equal(reply.headers['access-control-allow-origin'], '*');
      assert.equal(reply.headers['cross-origin-resource-policy'], 'cross-origin');
      assert.equal(reply.headers['content-type'], 'audio/mp4');
    }
    const address = (await segments(own, { as: 'carol' }))[0]!, mine = await ask(address, { as: 'carol' }), shared = await ask(`${address}?share=${link.token}`);
    assert.equal(mine.headers['cache-control'], 'private, max-age=31536000');
    assert.equal(shared.headers['cache-control'], 'private, no-cache');
    for (const reply of [mine, shared]) {
      assert.equal(reply.status, 200);
      assert.equal(reply.headers['access-control-allow-origin'], undefined);
      assert.deepEqual(['x-request-id', 'ratelimit-limit', 'set-cookie', 'x-accel-expires'].map((name) => reply.headers[name]), [undefined, undefined, undefined, undefined]);
      assert.equal(reply.headers['cross-origin-resource-policy'], 'same-origin');
      assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    }
    const stranger = await ask(address, { as: 'bob' });
    assert.deepEqual([stranger.status, stranger.headers['cache-control']], [404, 'private, no-store']);
    assert.equal((await ask(address)).status, 404, 'what its owner has heard is nothing to visitors');
  }
  const secrets = [template.tokens.carol, link.token];
  for (const { file } of [...nginx.cached('segments'), ...nginx.cached('allowed')])
    for (const secret of secrets) assert.ok(!readFileSync(file).includes(secret), `a token is in ${file}`);
  assert.ok(nginx.cached('segments').length > 0 && nginx.cached('allowed').length > 0);
});

test('ranges, entity tags, HEAD and other methods are answered as by Veza', async () => {
  const track = await playable(carol, { title: 'In parts' }), address = (await segments(track))[0]!;
  const whole = await ask(address), etag = String(whole.headers['etag']);
  const part = await ask(address, { headers: { range: 'bytes=100-199' } });
  assert.deepEqual([part.status, part.headers['content-range'], part.headers['cache-control']], [206, `bytes 100-199/${whole.body.length}`, 'public, max-age=31536000, immutable']);
  assert.deepEqual(part.body, whole.body.subarray(100, 200));
  assert.equal((await ask(address, { headers: { range: `bytes=${whole.body.length + 1}-` } })).status, 416);
  assert.equal((await ask(address, { headers: { 'if-none-match': etag } })).status, 304);
  assert.equal((await ask(address, { headers: { 'if-range': '"other"', range: 'bytes=0-9' } })).status, 200);
  const head = await ask(address, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, String(whole.body.length), 0]);
  assert.equal((await ask(address, { method: 'DELETE' })).status, 405);
  /* The same place in a version that does not play, and in none. */
  const moved = await ask(address.replace(/[0-9a-f]{16}/, '0123456789abcdef').replace(/hls\/[^/]+/, 'hls/0123456789abcdef'));
  assert.deepEqual([moved.status, moved.headers['cache-control']], [307, 'private, no-store']);
  assert.equal((await ask(address.replace(/segment_000/, 'segment_999'))).status, 404);
  const download = await ask(`/api/v1/tracks/${track.id}/download`, { as: 'carol', headers: { range: 'bytes=0-3' } });
  assert.deepEqual([download.status, download.body.toString()], [206, 'RIFF']);
});

test('the cache takes no more of the disk than it is given', async () => {
  const small = await Nginx.start({ ...behind(), changes: [['max_size=20g min_free=1g', 'max_size=1m']] });
  const track = await playable(carol, { file: wav(makeSound(LONG_S)), title: 'Much' });
  let sent = 0;
  for (const quality of ['high', 'lossless', 'medium', 'low']) for (const address of await segments(track, { quality })) sent += (await ask(address, { at: small.port })).body.length;
  assert.ok(sent > (isFull ? 4_000_000 : 2_000_000), `${sent} bytes`);
  await until('the cache to be within its bounds', () => small.cached('segments').reduce((sum, { bytes }) => sum + bytes, 0) <= 1_048_576, 30);
  assert.ok(small.cached('segments').length > 0);
});

/** Begins an upload over TLS and sends `bytes` of it; the rest never comes. */
async function half(line: string, headers: Record<string, string>, bytes: Buffer) {
  const socket = connectTls({ host: '127.0.0.1', port: nginx.port, ca, servername: 'music.example.org', ALPNProtocols: ['http/1.1'] });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  socket.write(`${line} HTTP/1.1\r\nHost: music.example.org\r\nAuthorization: Bearer ${template.tokens.carol}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  socket.write(bytes);
  return socket;
}

test('bytes of an upload reach Veza before it ends, by tus and in one request', async () => {
  const file = wav(makeSound(20)), address = await begin(carol, { length: file.length });
  const offset = async () => Number((await ask(address, { method: 'GET', as: 'carol', headers: { 'tus-resumable': '1.0.0' } })).headers['upload-offset']);
  const some = file.subarray(0, 1_000_000);
  const resumable = await half(`PATCH ${address}`, { 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream', 'Content-Length': String(file.length) }, some);
  await until('the bytes to count', async () => (await offset()) > 900_000);
  resumable.destroy();
});

onDisk('an ordinary upload is on Veza\'s disk while it is still being sent', async () => {
  const file = wav(makeSound(30)), head = Buffer.from('--boundary\r\nContent-Disposition: form-data; name="title"\r\n\r\nHalf\r\n--boundary\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n');
  const descriptors = `/proc/${world.server.ownPorts.pid}/fd`;
  const largest = () => Math.max(0, ...readdirSync(descriptors).map((fd) => {
    try {
      return readlinkSync(`${descriptors}/${fd}`).startsWith(world.server.dataDir) && / \(deleted\)$/.test(readlinkSync(`${descriptors}/${fd}`)) ? statSync(`${descriptors}/${fd}`).size : 0;
    } catch {
      return 0; /* closed meanwhile */
    }
  }));
  assert.ok(largest() < 1_000_000);
  const socket = await half('POST /api/v1/tracks', { 'Content-Type': 'multipart/form-data; boundary=boundary', 'Content-Length': String(head.length + file.length + 16) }, Buffer.concat([head, file.subarray(0, 2_000_000)]));
  let said = '';
  socket.on('data', (data: Buffer) => { said += data.toString(); });
  await until('its first bytes on the disk', () => { if (said) throw new Error(said); return largest() > 1_500_000; });
  socket.destroy();
});

/** tus-js-client through this nginx; `at` is told how far it is. */
const tusUpload = (file: Buffer, at: (sent: number) => void = () => {}) => new Promise<tus.Upload>((resolve, reject) => {
  const upload: tus.Upload = new tus.Upload(file, {
    endpoint: `https://127.0.0.1:${nginx.port}/api/v1/uploads/tus`, headers: { authorization: `Bearer ${template.tokens.carol}`, host: 'music.example.org' }, metadata: { filename: 'through.wav', title: 'Through' },
    httpStack: new tus.DefaultHttpStack({ agent: new Agent({ ca, servername: 'music.example.org' }) }),
    retryDelays: Array.from({ length: 100 }, () => 100), onShouldRetry: () => true, chunkSize: 1_000_000, onProgress: at, onSuccess: () => resolve(upload), onError: reject,
  });
  upload.start();
});

test('nginx dies and comes back: an upload goes on where it was, and what was in the cache still is', async () => {
  const track = await playable(carol, { title: 'Before and after' }), address = (await segments(track))[0]!;
  const kept = (await ask(address)).body;
  const file = wav(makeSound(isFull ? 40 : 15));
  let back: Promise<unknown> | undefined;
  await tusUpload(file, (sent) => { if (sent > file.length / 2) back ??= nginx.kill().then(() => nginx.start()); });
  await back;
  assert.ok(back, 'nginx died in the middle of it');
  const id = await world.sql("select id from tracks where title = 'Through'");
  assert.equal((await finished(carol, id)).status, 'completed');
  assert.equal(sha256((await carol.get('/api/v1/tracks/{id}/download', { path: { id } })).bytes), sha256(file));
  await ask(address); /* whether visitors may is asked anew */
  const before = await counted();
  assert.deepEqual((await ask(address)).body, kept);
  assert.equal(await counted(), before);
});

test('while Veza is away nothing is played that nobody can be asked about', async () => {
  const other = await World.start('nginx-away', { TRUSTED_PROXIES: '127.0.0.1' });
  const proxy = await Nginx.start({ ...other.server.ownPorts, certificates: folder });
  const track = await playable(other.as('carol'), { title: 'Away' }), address = `${track.stream_manifest_url!.replace('master.m3u8', 'low')}/segment_000.m4s`;
  assert.equal((await ask(address, { at: proxy.port, as: 'carol' })).status, 200);
  await other.server.stop('SIGKILL');
  assert.equal((await ask(address, { at: proxy.port, as: 'carol' })).status, 502);
  await assert.rejects(ask('/api/v1/uploads/tus/0', { method: 'HEAD', at: proxy.port, as: 'carol' }), /socket hang up/, 'no answer, by which a client would begin anew');
});

test('a WebSocket is open through nginx, the API\'s and the stream server\'s', async () => {
  const open = (path: string) => new WebSocket(`wss://127.0.0.1:${nginx.port}${path}`, { ca, servername: 'music.example.org', headers: { host: 'music.example.org' } } as WebSocket.ClientOptions);
  const ticket = await world.as('alice').post('/api/v1/ws/ticket');
  assertStatus(ticket, 201);
  const track = await playable(carol, { title: 'By chunks' });
  for (const [path, first] of [[`/api/v1/ws?token=${ticket.body.ticket}`, /"hello"/], [`/ws?track_id=${track.id}`, /"ready"/]] as const) {
    const socket = open(path);
    const [message] = await once(socket, 'message') as [Buffer];
    assert.match(message.toString(), first);
    socket.terminate();
  }
});

/** The address that Veza saw, by its access log. */
let marks = 0;
async function seen(headers: Record<string, string>, port = nginx.port): Promise<string> {
  const mark = `/mark-${marks++}`;
  await ask(mark, { headers, at: port });
  const line = await until(`a line for ${mark}`, () => world.server.log().split('\n').find((text) => text.includes(`"${mark}"`) && text.endsWith('}')));
  return (JSON.parse(line) as { ip: string }).ip;
}

test('what a visitor says about addresses is not believed, and what a named proxy in front says is', async () => {
  for (const headers of [{ 'x-forwarded-for': '203.0.113.9' }, { forwarded: 'for=203.0.113.9' }, { 'x-real-ip': '203.0.113.9' }, { 'x-forwarded-for': '203.0.113.9, 127.0.0.1' }, { 'x-forwarded-for': 'rubbish' }])
    assert.equal(await seen(headers as unknown as Record<string, string>), '127.0.0.1', JSON.stringify(headers));
  const named = (address: string) => Nginx.start({ ...behind(), changes: [['#set_real_ip_from 192.0.2.10;', `set_real_ip_from ${address};`], ['#real_ip_header', 'real_ip_header'], ['#real_ip_recursive', 'real_ip_recursive']] });
  const [trusting, other] = await Promise.all([named('127.0.0.1'), named('192.0.2.10')]);
  assert.equal(await seen({ 'x-forwarded-for': '203.0.113.9' }, trusting.port), '203.0.113.9');
  assert.equal(await seen({ 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }, trusting.port), '203.0.113.9', 'the proxy\'s own entry is the last one');
  assert.equal(await seen({ 'x-forwarded-for': '203.0.113.9' }, other.port), '127.0.0.1', 'we are not that proxy');
});

test('HTTP/2, TLS 1.2 and 1.3 alone, HSTS once, http leads to https, and what is not for visitors is not there', async () => {
  const session: ClientHttp2Session = connect2(`https://127.0.0.1:${nginx.port}`, { ca, servername: 'music.example.org' });
  const stream = session.request({ ':path': '/api/v1/status', ':authority': 'music.example.org' });
  const [headers] = await once(stream, 'response') as [Record<string, string>];
  assert.equal(session.alpnProtocol, 'h2');
  assert.equal(headers[':status'] as unknown, 200);
  assert.equal(headers['strict-transport-security'], 'max-age=31536000', 'Veza sends one too outside development');
  session.destroy();
  const speak = (minVersion: 'TLSv1' | 'TLSv1.2', maxVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => new Promise<string>((resolve) => {
    const socket = connectTls({ host: '127.0.0.1', port: nginx.port, ca, servername: 'music.example.org', minVersion, maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' }, () => { resolve(socket.getProtocol()!); socket.destroy(); });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  assert.equal(await speak('TLSv1', 'TLSv1'), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  assert.equal(await speak('TLSv1', 'TLSv1.1'), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  assert.equal(await speak('TLSv1.2', 'TLSv1.2'), 'TLSv1.2');
  assert.equal(await speak('TLSv1.2', 'TLSv1.3'), 'TLSv1.3');
  const plain = connectTcp({ port: nginx.plainPort, host: '127.0.0.1' });
  plain.write('GET /a?b=c HTTP/1.1\r\nHost: music.example.org\r\nConnection: close\r\n\r\n');
  assert.match(String((await once(plain, 'data') as [Buffer])[0]), /^HTTP\/1\.1 301 [^]*\r\nLocation: https:\/\/music\.example\.org\/a\?b=c\r\n/);
  for (const hidden of ['/metrics', '/internal/jobs/transcode', '/api/v1/internal/stream-events']) {
    const reply = await ask(hidden, { method: hidden.includes('internal/') ? 'POST' : 'GET' });
    assert.deepEqual([reply.status, reply.headers['content-type']], [404, 'text/html'], hidden);
  }
  assert.equal((await ask('/veza-allowed')).status, 403);
});

test('nginx has nothing to complain of', () => {
  const errors = nginx.errors().split('\n').filter((line) => /\[(error|crit|alert|emerg)\]/.test(line));
  assert.deepEqual(errors, []);
});

test('the address is in its log, and what stands behind the question mark, such as the password of a music app, is not', async () => {
  await ask('/rest/ping?u=carol&p=a-secret-of-carol&v=1.16.1&c=app&f=json');
  await until('the line', () => nginx.requests().includes('GET /rest/ping'));
  assert.doesNotMatch(nginx.requests(), /a-secret-of-carol/);
});
