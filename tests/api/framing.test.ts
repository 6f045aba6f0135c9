/** Messages that no honest client sends: each is refused, and memory and time stay bounded. */
import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { test } from 'node:test';
import { exchange, request11, type RawReply } from '../support/raw.ts';
import { pause } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('framing', { REQUEST_TIMEOUT_S: '1' });
const port = world.server.ports.api;
const post = 'POST /api/v1/logs/frontend';
const typed = { 'Content-Type': 'application/json' };
const head = (line: string, headers: string) => `${line} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;

/** On a connection of its own: one that was kept is closed by the server after a second, perhaps just as it is used again. */
const alive = async () => assert.equal((await exchange(port, { write: [request11('GET /health')] })).status, 200);

/** Refused with a status of the 400s, or cut off without a reply; and never a second reply to what was smuggled behind. */
function assertRefused(reply: RawReply, about: string): void {
  assert.ok(reply.closed, `${about}: the connection is closed`);
  assert.ok(reply.status === 0 || (reply.status >= 400 && reply.status < 500) || reply.status === 501 || reply.status === 505, `${about}: ${reply.text.slice(0, 200)}`);
  for (const [line] of reply.text.matchAll(/HTTP\/1\.[01] \d{3}/g)) assert.match(line, / [45]/, `${about}: what was smuggled behind is not answered`);
}

const smuggled = 'GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n';
const contradictions: Record<string, string> = {
  'Content-Length and Transfer-Encoding': head(post, `Content-Type: application/json\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n`) + `0\r\n\r\n${smuggled}`,
  'Transfer-Encoding and Content-Length': head(post, `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n`) + `0\r\n\r\n${smuggled}`,
  'two Content-Lengths that differ': head(post, `Content-Type: application/json\r\nContent-Length: 0\r\nContent-Length: 44\r\n`) + smuggled,
  'two Content-Lengths that agree': head(post, `Content-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 2\r\n`) + '{}',
  'a list in Content-Length': head(post, `Content-Type: application/json\r\nContent-Length: 2, 2\r\n`) + '{}',
  'a negative Content-Length': head(post, `Content-Type: application/json\r\nContent-Length: -1\r\n`) + smuggled,
  'a signed Content-Length': head(post, `Content-Type: application/json\r\nContent-Length: +2\r\n`) + '{}',
  'a hexadecimal Content-Length': head(post, `Content-Type: application/json\r\nContent-Length: 0x2\r\n`) + '{}',
  'a Content-Length beyond 64 bits': head(post, `Content-Type: application/json\r\nContent-Length: 99999999999999999999999\r\n`) + '{}',
  'an unknown Transfer-Encoding': head(post, `Content-Type: application/json\r\nTransfer-Encoding: xchunked\r\n`) + `0\r\n\r\n${smuggled}`,
  'gzip as Transfer-Encoding': head(post, `Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n`) + '0\r\n\r\n',
  'chunked twice': head(post, `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n`) + '0\r\n\r\n',
  'a folded Transfer-Encoding': head(post, `Content-Type: application/json\r\nTransfer-Encoding:\r\n chunked\r\n`) + '0\r\n\r\n',
  'a space before the colon': head('GET /api/v1/status', `X-Space : one\r\n`),
  'a space before Content-Length\'s colon': head(post, `Content-Type: application/json\r\nContent-Length : 2\r\n`) + '{}',
  'a header without a colon': head('GET /api/v1/status', `nothing here\r\n`),
  'a bare CR in a header': head('GET /api/v1/status', `X-Cr: a\rX-Other: b\r\n`),
  'a bare LF after a header': head('GET /api/v1/status', `X-Lf: a\nX-Other: b\r\n`),
  'two Hosts': head('GET /api/v1/status', `Host: other\r\n`),
  'no Host': 'GET /api/v1/status HTTP/1.1\r\n\r\n',
  'a broken chunk size': head(post, `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n`) + `zz\r\n${smuggled}`,
  'a huge chunk size': head(post, `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n`) + `fffffffffffffffff\r\n${smuggled}`,
  'a negative chunk size': head(post, `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n`) + `-1\r\n${smuggled}`,
  'HTTP/3.0 in the first line': 'GET /api/v1/status HTTP/3.0\r\nHost: localhost\r\n\r\n',
  'no version': 'GET /api/v1/status\r\nHost: localhost\r\n\r\n',
  'garbage': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  'a very long path': `GET /${'a'.repeat(60_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  'a very long header': head('GET /api/v1/status', `X-Long: ${'a'.repeat(60_000)}\r\n`),
  'very many headers': head('GET /api/v1/status', Array.from({ length: 5000 }, (_, i) => `X-${i}: 1\r\n`).join('')),
};
for (const [what, bytes] of Object.entries(contradictions)) {
  test(`refused and closed: ${what}`, async () => {
    assertRefused(await exchange(port, { write: [Buffer.from(bytes, 'latin1')], untilClosed: true, forMs: 4000 }), what);
    await alive();
  });
}

test('odd headers without a meaning bring one reply, and nothing of them comes back', async () => {
  for (const odd of ['X-Nul: a\0b', ': nameless', 'X-Folded: one\r\n two']) {
    const reply = await exchange(port, { write: [Buffer.from(head('GET /api/v1/status', `${odd}\r\nConnection: close\r\n`), 'latin1')], untilClosed: true });
    assert.ok(reply.status === 200 || reply.status === 400, `${odd}: ${reply.status}`);
    assert.doesNotMatch(reply.text, /nameless|X-Nul|X-Folded/i);
    assert.equal(reply.body.match(/"environment"/g)?.length ?? 0, reply.status === 200 ? 1 : 0);
  }
});

test('a body in good chunks is taken', async () => {
  const body = JSON.stringify({ level: 'info', message: 'in chunks' });
  const chunks = [...body].map((c) => `1\r\n${c}\r\n`).join('') + '0\r\n\r\n';
  const reply = await exchange(port, { write: [request11(post, { ...typed, 'Transfer-Encoding': 'chunked' }) + chunks] });
  assert.equal(reply.status, 204, reply.text);
});

test('endless chunks end at the largest body', async () => {
  const chunk = `1000\r\n${'a'.repeat(4096)}\r\n`;
  const reply = await exchange(port, { write: [request11(post, { ...typed, 'Transfer-Encoding': 'chunked' }), ...Array.from({ length: 64 }, () => chunk), '0\r\n\r\n'] });
  assert.equal(reply.status, 413, reply.text.slice(0, 200));
});

test('a connection that says nothing is closed in time', async () => {
  const reply = await exchange(port, { write: [''], untilClosed: true, forMs: 6000 });
  assert.ok(reply.closed && reply.elapsedMs < 5000, `${reply.elapsedMs} ms`);
});

test('headers that come a byte at a time are cut off in time', async () => {
  const slow = request11('GET /api/v1/status', { 'X-Slow': 'a'.repeat(200) });
  const reply = await exchange(port, { write: [...slow].slice(0, 80), everyMs: 100, untilClosed: true, forMs: 1000 });
  assert.ok(reply.closed, 'closed while the headers still trickle');
  assert.notEqual(reply.status, 200);
});

test('a body that comes a byte at a time is cut off in time', async () => {
  const body = JSON.stringify({ level: 'info', message: 'a'.repeat(200) });
  const reply = await exchange(port, { write: [request11(post, { ...typed, 'Content-Length': String(body.length) }), ...[...body].slice(0, 80)], everyMs: 100, untilClosed: true, forMs: 1000 });
  assert.ok(reply.closed, 'closed while the body still trickles');
  assert.notEqual(reply.status, 204);
});

test('a body that never comes is given up', async () => {
  const reply = await exchange(port, { write: [request11(post, { ...typed, 'Content-Length': '100' })], untilClosed: true, forMs: 6000 });
  assert.ok(reply.closed && reply.elapsedMs < 5000, `${reply.elapsedMs} ms`);
});

test('a reader that does not read holds up nobody', async () => {
  const sockets = Array.from({ length: 30 }, () => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(request11('GET /openapi.json').repeat(40));
    return socket;
  });
  await pause(300);
  const begin = performance.now();
  await alive();
  assert.ok(performance.now() - begin < 1500, 'others are still served');
  for (const socket of sockets) socket.destroy();
});

test('a hundred thousand ranges are one whole file or a refusal', async () => {
  for (let i = 0; i < 3; i++) await exchange(port, { write: [request11('GET /openapi.json', { Connection: 'close' })], untilClosed: true }); /* the first ones make it, and its compressed form */
  const before = world.server.memory('VmRSS');
  for (const count of [200, 1500]) {
    const ranges = `bytes=${Array.from({ length: count }, (_, i) => `${i}-${i}`).join(',')}`;
    const reply = await exchange(port, { write: [request11('GET /openapi.json', { Range: ranges, Connection: 'close' })], untilClosed: true });
    assert.ok([200, 400, 413, 416, 431, 0].includes(reply.status), String(reply.status));
    assert.doesNotMatch(reply.text, /multipart\/byteranges/);
  }
  const huge = await exchange(port, { write: [request11('GET /openapi.json', { Range: `bytes=${'0-0,'.repeat(100_000)}1-1` })], untilClosed: true });
  assert.ok(huge.status === 0 || huge.status >= 400, String(huge.status));
  assert.ok(world.server.memory('VmRSS') - before < 40_000, 'memory stays where it was');
});

test('requests sent one behind the other are answered in order', async () => {
  const names = ['first.name', 'second.name', 'third.name', 'fourth.name'];
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  socket.on('data', (data: Buffer) => { text += data.toString(); });
  socket.write(names.map((name) => request11(`GET /api/v1/auth/check-username?username=${name}`)).join(''));
  for (let i = 0; i < 100 && (text.match(/"available"/g) ?? []).length < 4; i++) await pause(20);
  socket.destroy();
  assert.deepEqual([...text.matchAll(/"username": ?"([^"]+)"/g)].map((match) => match[1]), names);
});

test('HEAD answers as GET does, without a body', async () => {
  const get = await exchange(port, { write: [request11('GET /openapi.json')] });
  const reply = await exchange(port, { write: [request11('HEAD /openapi.json') + request11('GET /health', { Connection: 'close' })], untilClosed: true });
  assert.equal(reply.headers['content-length'], get.headers['content-length']);
  assert.equal((reply.text.match(/HTTP\/1\.1 200/g) ?? []).length, 2, 'the next reply follows at once');
});

test('a method that is not served says which are', async () => {
  const reply = await exchange(port, { write: [request11('DELETE /api/v1/status')] });
  assert.equal(reply.status, 405);
  assert.match(reply.headers['allow'] ?? '', /GET/);
  for (const method of ['TRACE', 'CONNECT', 'BREW', 'get']) {
    const other = await exchange(port, { write: [request11(`${method} /api/v1/status`)] });
    assert.ok([400, 405, 501, 0].includes(other.status), `${method} ${other.status}`);
    assert.doesNotMatch(other.body, /Host:/, 'nothing is echoed');
  }
});

test('Expect: 100-continue is asked before a body, and a refusal comes without it', async () => {
  const body = JSON.stringify({ level: 'info', message: 'expected' });
  const good = await exchange(port, { write: [request11(post, { ...typed, 'Content-Length': String(body.length), Expect: '100-continue' }), body], everyMs: 150, untilClosed: true, forMs: 2500 });
  assert.match(good.text, /^HTTP\/1\.1 100/);
  assert.match(good.text, /HTTP\/1\.1 204/);
  const refused = await exchange(port, { write: [request11('POST /api/v1/tracks', { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': '1000000', Expect: '100-continue' })] });
  assert.equal(refused.status, 401);
});

const escapes = ['..', '../../etc/passwd', '..%2f..%2fetc%2fpasswd', '%2e%2e', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '..%5c..%5cetc', '%5c%5cserver%5cshare', '..%c0%af..%c0%afetc', '%c0%ae%c0%ae',
  '%252e%252e%252f', 'segment_000.m4s%00.png', '%00', '%2fetc%2fpasswd', 'C:%5cwindows', '.', '%2e', 'segment_000.m4s/../../x', '%', '%zz', '%ff%fe', 'segment_-01.m4s', 'segment_0000000000000000000001.m4s',
  'segment_999999999999.m4s', 'init.mp4%20', 'init.mp4.', 'INIT.MP4', 'init.mp4;x', 'file:%2f%2f%2fetc', 'segment_000.m4s%0d%0aX-Injected:%20yes', '~root', '$(id)', '*'];
test('no path leads out of a track\'s folder, on either server', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  const prefixes = [`/api/v1/tracks/${id}/hls/high`, `/api/v1/tracks/${id}/hls`, `/api/v1/tracks/${id}/cover`, '/api/v1/tracks'];
  const streams = [`/hls/${id}/high`, `/hls/${id}`, '/hls'];
  for (const [at, list] of [[world.server.ports.api, prefixes], [world.server.ports.stream, streams]] as const)
    for (const prefix of list)
      for (const escape of escapes) {
        const reply = await exchange(at, { write: [request11(`GET ${prefix}/${escape}`, { Authorization: `Bearer ${template.tokens.carol}`, Connection: 'close' })] });
        assert.ok([400, 404].includes(reply.status) || (reply.status === 200 && prefix === '/api/v1/tracks' && reply.body.includes('"items"')), `${prefix}/${escape}: ${reply.status} ${reply.text.slice(0, 200)}`);
        assert.doesNotMatch(reply.text, /root:|x-injected/i, escape);
      }
});
