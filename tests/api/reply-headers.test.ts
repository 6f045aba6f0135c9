/** Headers that protect whoever reads a reply: on every way that the servers have to write one. */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../support/paths.ts';
import { exchange, request11 } from '../support/raw.ts';
import { playable } from '../support/tracks.ts';
import { template, World } from '../support/world.ts';

const origin = 'https://app.example';
const world = await World.start('reply-headers', { CORS_ORIGINS: origin, FRONTEND_URL: 'https://veza.example', APP_ENV: 'staging' });
const { api, stream } = world.server.ports;
const track = await playable(world.as('carol'), { is_public: 'true' });
const segment = `/hls/${track.id}/low/init.mp4`;

const always = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'strict-origin-when-cross-origin', 'x-frame-options': 'DENY', 'strict-transport-security': 'max-age=63072000; includeSubDomains' };

test('every reply carries the security headers: of the short way for segments, of the server, and of a refused head', async () => {
  const ways: [string, number, string, number][] = [
    ['a segment by the short way', stream, request11(`GET ${segment}`), 200],
    ['the same with a range', stream, request11(`GET ${segment}`, { Range: 'bytes=0-9' }), 206],
    ['the same from the API', api, request11(`GET /api/v1/tracks/${track.id}${segment.replace(`/${track.id}`, '')}`), 200],
    ['JSON', api, request11('GET /api/v1/status'), 200],
    ['not found', api, request11('GET /api/v1/nothing'), 404],
    ['a method that is not served', api, request11('DELETE /api/v1/status'), 405],
    ['a path that is none', api, request11('GET /%00'), 400],
    ['a broken head', api, 'GET / HTTP/1.1\nHost: a\n\n', 400],
    ['a broken head on the stream server', stream, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['a head that is too large', stream, request11('GET /', { X: 'a'.repeat(20_000) }), 431],
    ['an upload without identity', api, request11('POST /api/v1/tracks', { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': '1000000' }), 401],
  ];
  for (const [what, port, write, status] of ways) {
    const reply = await exchange(port, { write: [write] });
    assert.equal(reply.status, status, `${what}: ${reply.text.slice(0, 300)}`);
    for (const [name, value] of Object.entries(always)) assert.equal(reply.headers[name], value, `${what}: ${name}`);
    assert.match(reply.headers['content-security-policy'] ?? '', /default-src 'none'.*frame-ancestors 'none'/, what);
    assert.match(reply.headers['cross-origin-resource-policy'] ?? '', /^(same|cross)-origin$/, what);
    const names = reply.text.slice(0, reply.text.indexOf('\r\n\r\n')).split('\r\n').slice(1).map((line) => line.slice(0, line.indexOf(':')).toLowerCase()).filter((name) => name !== 'vary');
    assert.equal(new Set(names).size, names.length, `${what}: no header twice`);
  }
});

test('what is for everybody comes without credentials, and an origin that is listed gets exactly itself', async () => {
  for (const [what, port, target, headers] of [['a segment', stream, segment, {}], ['a segment with a range', stream, segment, { Range: 'bytes=0-9' }],
    ['a segment with a token', stream, segment, { Authorization: `Bearer ${template.tokens.carol}` }], ['a segment from the API', api, `/api/v1/tracks/${track.id}/hls/low/init.mp4`, {}]] as const) {
    for (const asking of [origin, 'https://evil.example', 'null']) {
      const reply = await exchange(port, { write: [request11(`GET ${target}`, { Origin: asking, ...headers } as Record<string, string>)] });
      assert.equal(reply.headers['access-control-allow-origin'], '*', what);
      assert.equal(reply.headers['access-control-allow-credentials'], undefined, `${what} for ${asking}`);
    }
  }
  const listed = await exchange(api, { write: [request11('GET /api/v1/status', { Origin: origin })] });
  assert.equal(listed.headers['access-control-allow-origin'], origin);
  assert.equal(listed.headers['access-control-allow-credentials'], 'true');
  assert.match(listed.headers['vary'] ?? '', /Origin/);
  for (const stranger of ['https://evil.example', `${origin}.evil.example`, 'http://app.example', 'null', '*']) {
    const reply = await exchange(api, { write: [request11('GET /api/v1/status', { Origin: stranger })] });
    assert.equal(reply.headers['access-control-allow-origin'], undefined, stranger);
    assert.equal(reply.headers['access-control-allow-credentials'], undefined, stranger);
  }
});

test('no cache keeps a reply that tells a secret, or an address with one', async () => {
  const carol = world.as('carol'), { id } = track;
  const kept = (reply: { status: number; headers: Headers }, what: string) => {
    assert.ok(reply.status < 300, `${what}: ${reply.status}`);
    assert.equal(reply.headers.get('cache-control'), 'private, no-store', what);
  };
  const link = await carol.post('/api/v1/tracks/{id}/share', { path: { id }, body: {} });
  kept(link, 'a link is made');
  for (const client of [world.visitor, world.as('alice')]) {
    kept(await client.get('/api/v1/tracks/shared/{token}', { path: { token: link.body.token } }), 'a link is opened');
    kept(await client.send('GET', `/api/v1/tracks/${id}/downloads?share=${link.body.token}`), 'what belongs to a link');
    kept(await client.get('/api/v1/csrf-token'), 'a CSRF token');
  }
  const list = await carol.post('/api/v1/playlists', { body: { name: 'Kept' } });
  const opens = await carol.post('/api/v1/playlists/{id}/share', { path: { id: list.body.id }, body: {} });
  kept(opens, 'a link of a playlist is made');
  kept(await carol.post('/api/v1/queue/session', { body: {} as never }), 'a shared queue is made');
  kept(await carol.post('/api/v1/ws/ticket'), 'a ticket');
  kept(await carol.post('/api/v1/auth/stream-token'), 'a token for the stream');
});

test('pages may connect to their own host only, by HTTP and WebSocket', { skip: !existsSync(path.join(ROOT, 'web/dist/index.html')) }, async () => {
  const page = await exchange(api, { write: [request11('GET /')] });
  assert.equal(page.status, 200);
  const policy = page.headers['content-security-policy'] ?? '';
  assert.match(policy, /connect-src 'self' wss:\/\/veza\.example;/);
  assert.doesNotMatch(policy, /wss?:[ ;]|\*|unsafe-inline/);
});

test('a WebSocket frame of 2^62 bytes is refused by its header: closed with 1009 at once, and what comes behind is bounded', async () => {
  const ticket = (await world.as('alice').post('/api/v1/ws/ticket')).body as { ticket: string };
  const before = world.server.memory('VmRSS');
  const result = await new Promise<{ got: Buffer; sent: number }>((resolve) => {
    const socket = connect({ port: api, host: '127.0.0.1' });
    let got = Buffer.alloc(0), sent = 0, over = false;
    const done = () => { if (!over) { over = true; socket.destroy(); resolve({ got, sent }); } };
    const key = createHash('md5').update('key').digest('base64');
    socket.write(request11(`GET /api/v1/ws?token=${ticket.ticket}`, { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key }));
    const flood = () => { if (!over) socket.write(Buffer.alloc(65_536), (error) => { if (error) done(); else { sent += 65_536; setImmediate(flood); } }); };
    let refused = false;
    socket.once('data', () => { socket.write(Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0])); });
    socket.on('data', (data: Buffer) => {
      got = Buffer.concat([got, data]);
      /* The rest comes when the refusal has been read: a reset would take that away with it. */
      if (!refused && got.includes(Buffer.from([0x03, 0xf1]))) { refused = true; flood(); }
    });
    for (const event of ['error', 'close']) socket.on(event, done);
  });
  assert.match(result.got.toString('latin1'), /^HTTP\/1\.1 101/);
  const close = result.got.indexOf(Buffer.from([0x03, 0xf1]));
  assert.ok(close > 0 && (result.got[close - 2]! & 0x0f) === 8, 'a close frame with 1009');
  assert.ok(result.sent < 12 * 2 ** 20, `${result.sent} bytes were taken, the socket's buffers included`);
  assert.ok(world.server.memory('VmRSS') - before < 8000, 'nothing of it was kept');
});
