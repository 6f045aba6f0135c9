/** Requests that two servers could understand differently: each is refused before anything of it is interpreted, on both servers,
 * as the first of a connection, as a later one, and in whatever pieces it comes. */
import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { test } from 'node:test';
import { request11 } from '../support/raw.ts';
import { World } from '../support/world.ts';

const world = await World.start('heads', { REQUEST_TIMEOUT_S: '10' });
const { api, stream } = world.server.ports;

interface Answer { status: number; headers: Record<string, string>; body: string }

/** Takes whole replies off the front of what came. */
function replies(text: string): { whole: Answer[]; rest: string } {
  const whole: Answer[] = [];
  for (;;) {
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return { whole, rest: text };
    const [line = '', ...lines] = text.slice(0, end).split('\r\n');
    const status = Number(line.match(/^HTTP\/1\.1 (\d{3}) /)?.[1] ?? NaN);
    assert.ok(status, `a well-formed status line: ${line}`);
    for (const header of lines) assert.match(header, /^[A-Za-z-]+: [^\r\n]*$/, `a well-formed header line in ${text}`);
    const headers = Object.fromEntries(lines.map((header) => [header.slice(0, header.indexOf(':')).toLowerCase(), header.slice(header.indexOf(':') + 2)]));
    assert.equal(Object.keys(headers).length, lines.filter((header) => !header.startsWith('Vary')).length + (headers['vary'] ? 1 : 0), `no header twice: ${text}`);
    const length = status < 200 || status === 204 || status === 304 ? 0 : Number(headers['content-length']);
    assert.ok(Number.isInteger(length), text);
    if (text.length < end + 4 + length) return { whole, rest: text };
    whole.push({ status, headers, body: text.slice(end + 4, end + 4 + length) });
    text = text.slice(end + 4 + length);
  }
}

/** Writes each part when the replies to those before it are here, and reads until the server closes (or, if `open`, until all are answered). */
function talk(port: number, parts: Buffer[][], open = false): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '', sent = 0;
    const late = setTimeout(() => { socket.destroy(); reject(new Error(`nothing more came for ${JSON.stringify(parts.flat().join(''))} after: ${text.slice(-400)}`)); }, 8000);
    const done = () => {
      clearTimeout(late);
      socket.destroy();
      try {
        const { whole, rest } = replies(text);
        assert.equal(rest, '', 'nothing but whole replies');
        resolve(whole);
      } catch (error) { reject(error as Error); }
    };
    const write = async () => {
      for (const piece of parts[sent++] ?? []) await new Promise<void>((next) => { if (socket.destroyed || socket.writableEnded) next(); else socket.write(piece, () => setImmediate(next)); });
    };
    socket.on('connect', () => void write());
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      let count = 0;
      try { count = replies(text).whole.length; } catch { done(); return; }
      if (count < sent) return;
      if (sent < parts.length) void write();
      else if (open) done();
    });
    socket.on('end', done);
    socket.on('error', () => { if (text) done(); else { clearTimeout(late); reject(new Error('reset without a reply')); } });
  });
}

const bytes = (text: string) => Buffer.from(text, 'latin1');
const eachByte = (whole: Buffer) => Array.from(whole, (_, i) => whole.subarray(i, i + 1));
const halves = (whole: Buffer) => [whole.subarray(0, whole.length >> 1), whole.subarray(whole.length >> 1)];

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
const get = (lines: string, target = '/api/v1/status') => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`;
const post = (lines: string, body = smuggled) => `POST /api/v1/logs/frontend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${lines}\r\n${body}`;
const host = (value: string) => `GET /api/v1/status HTTP/1.1\r\nHost: ${value}\r\n\r\n`;
const chunks = (body: string) => post('Transfer-Encoding: chunked\r\n', body + smuggled);

const hostile: Record<string, string> = {
  'a folded Content-Length': post('Content-Length:\r\n 44\r\n'),
  'a Content-Length folded by a tab': post('Content-Length:\r\n\t44\r\n'),
  'a folded Transfer-Encoding': post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${smuggled}`),
  'a folded line': get('X-Folded: one\r\n two\r\n'),
  'a folded first line': 'GET /api/v1/status HTTP/1.1\r\n Host: localhost\r\nHost: localhost\r\n\r\n',
  'a line of blanks': get('X: a\r\n  \r\n'),
  'bare LF everywhere': 'GET /api/v1/status HTTP/1.1\nHost: localhost\n\n',
  'a bare LF after the first line': 'GET /api/v1/status HTTP/1.1\nHost: localhost\r\n\r\n',
  'a bare LF after a field': get('X: a\nY: b\r\n'),
  'a bare LF before the body': post('Content-Length: 0\r\n').replace('0\r\n\r\n', '0\r\n\n'),
  'a bare LF that hides a Content-Length': post('X: a\nContent-Length: 44\r\n'),
  'a bare CR in a value': get('X: a\rY: b\r\n'),
  'a bare CR at the end of a line': get('X: a\r\r\n'),
  'a bare CR that hides a field': post('X: a\rContent-Length: 44\r\n'),
  'NUL in the path': get('', '/api/v1/st\0atus'),
  'NUL in the query': get('', '/api/v1/status?a=\0'),
  'NUL in a value': get('X: a\0b\r\n'),
  'NUL at the end of a value': get('X: a\0\r\n'),
  'two NULs in a value': get('X: a\0\0Content-Length: 44\r\n'),
  'NUL in a name': get('X\0: a\r\n'),
  'a control character in a value': get('X: a\x01b\r\n'),
  'an escape in a value': get('X: \x1b[31m\r\n'),
  'DEL in a value': get('X: a\x7f\r\n'),
  'a vertical tab before a value': post('Content-Length:\x0b44\r\n'),
  'a control character in the path': get('', '/api/v1/\x08status'),
  'DEL in the path': get('', '/api/v1/status\x7f'),
  'a nameless field': get(': a\r\n'),
  'a field without a colon': get('nothing\r\n'),
  'a space before a colon': get('X : a\r\n'),
  'a space before the colon of Content-Length': post('Content-Length : 44\r\n'),
  'a tab before the colon of Transfer-Encoding': post('Transfer-Encoding\t: chunked\r\n', `0\r\n\r\n${smuggled}`),
  'a name in brackets': get('X(a): b\r\n'),
  'a name with a slash': get('X/Y: b\r\n'),
  'a name that is not ASCII': get('X\xe9: b\r\n'),
  'no Host': 'GET /api/v1/status HTTP/1.1\r\nX: a\r\n\r\n',
  'two Hosts': get('Host: localhost\r\n'),
  'two other Hosts': get('host: other\r\n'),
  'an empty Host': host(''),
  'a Host with a blank': host('a b'),
  'a Host with a path': host('a/b'),
  'a Host with a user': host('user@a'),
  'a Host that is a list': host('a, b'),
  'a Host with quotes': host('"a"'),
  'a Host with a letter as port': host('a:b'),
  'a Host with port 65536': host('a:65536'),
  'a Host with an open bracket': host('[::1'),
  'a Host with nonsense in brackets': host('[::g]'),
  'a Host with a question mark': host('a?b'),
  'a Host with a backslash': host('a\\b'),
  'a Host with a percent': host('a%00b'),
  'a Host that is not ASCII': host('\xe9.example'),
  'Content-Length and Transfer-Encoding': post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`),
  'Transfer-Encoding and Content-Length': post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', `0\r\n\r\n${smuggled}`),
  'two Content-Lengths that differ': post('Content-Length: 0\r\nContent-Length: 44\r\n'),
  'two Content-Lengths that agree': post('Content-Length: 44\r\nContent-Length: 44\r\n'),
  'a list in Content-Length': post('Content-Length: 44, 44\r\n'),
  'a negative Content-Length': post('Content-Length: -1\r\n'),
  'a signed Content-Length': post('Content-Length: +44\r\n'),
  'a hexadecimal Content-Length': post('Content-Length: 0x2c\r\n'),
  'an empty Content-Length': post('Content-Length:\r\n'),
  'a Content-Length with a fraction': post('Content-Length: 44.0\r\n'),
  'a Content-Length beyond 64 bits': post('Content-Length: 18446744073709551660\r\n'),
  'an unknown Transfer-Encoding': post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`),
  'gzip and chunked': post('Transfer-Encoding: gzip, chunked\r\n', `0\r\n\r\n${smuggled}`),
  'chunked and identity': post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`),
  'chunked twice': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`),
  'chunked in quotes': post('Transfer-Encoding: "chunked"\r\n', `0\r\n\r\n${smuggled}`),
  'an empty Transfer-Encoding': post('Transfer-Encoding:\r\n'),
  'chunked in HTTP/1.0': post('Transfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`).replace('HTTP/1.1', 'HTTP/1.0'),
  'a chunk size that is no number': chunks('zz\r\n'),
  'a negative chunk size': chunks('-1\r\n'),
  'a chunk size with 0x': chunks('0x5\r\nhello\r\n'),
  'a chunk size with a blank': chunks('5 \r\nhello\r\n'),
  'a chunk size beyond 64 bits': chunks('10000000000000005\r\nhello\r\n'),
  'no chunk size': chunks('\r\n'),
  'a bare LF after a chunk size': chunks('5\nhello\r\n'),
  'a bare LF after a chunk': chunks('5\r\nhello\n0\r\n\r\n'),
  'a bare LF in a chunk extension': chunks('5;a\nhello\r\n'),
  'a chunk longer than its size': chunks('5\r\nhello!\r\n'),
  'a Content-Length in the trailer': chunks('0\r\nContent-Length: 44\r\n\r\n'),
  'a folded trailer': chunks('0\r\nX: a\r\n b\r\n\r\n'),
  'HTTP/0.9': 'GET /api/v1/status\r\n\r\n',
  'HTTP/1.2': get('').replace('1.1', '1.2'),
  'HTTP/2.0': get('').replace('1.1', '2.0'),
  'HTTP/1.10': get('').replace('1.1', '1.10'),
  'http/1.1': get('').replace('HTTP', 'http'),
  'a blank in the path': get('', '/api/v1/status x'),
  'two blanks before the path': get('', ' /api/v1/status'),
  'a tab before the version': get('').replace(' HTTP/1.1', '\tHTTP/1.1'),
  'a blank before the method': ` ${get('')}`,
  'a method in brackets': get('').replace('GET', '(GET)'),
  'an endless method': get('').replace('GET', 'G'.repeat(40)),
  'a TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
};

const hostileHead = (what: string) => !/chunk size|chunk$|a chunk |trailer/.test(what);
const good = bytes(request11('GET /health'));

function assertRefused(answer: Answer | undefined, about: string, status = 400): void {
  assert.equal(answer?.status, status, `${about}: ${answer?.body}`);
  assert.equal(answer?.headers['connection'], 'close', about);
  assert.equal(answer?.headers['content-type'], 'application/problem+json', about);
  assert.equal(answer?.headers['x-content-type-options'], 'nosniff', about);
  assert.equal((JSON.parse(answer?.body ?? '') as { status: number }).status, status, about);
}

test('the table has at least sixty heads', () => assert.ok(Object.keys(hostile).length >= 60));

for (const [server, port] of [['api', api], ['stream', stream]] as const) {
  test(`refused by the ${server} server with one well-formed reply, and closed`, async () => {
    for (const [what, text] of Object.entries(hostile)) {
      const whole = bytes(text);
      for (const [how, pieces] of [['in one packet', [whole]], ['in two', halves(whole)], ['byte by byte', eachByte(whole)]] as [string, Buffer[]][]) {
        const first = await talk(port, [pieces]);
        /* Where there is no such route, a good head is refused before its broken body is looked at. */
        const status = (answer: Answer | undefined) => (server === 'stream' && !hostileHead(what) && answer?.status === 404 ? 404 : 400);
        assert.equal(first.length, 1, `${what}, ${how}`);
        assertRefused(first[0], `${what}, ${how}`, status(first[0]));
        const second = await talk(port, [[good], pieces]);
        assert.equal(second.length, 2, `${what}, behind a good request, ${how}`);
        assert.equal(second[0]?.status, 200, what);
        assertRefused(second[1], `${what}, behind a good request, ${how}`, status(second[1]));
      }
      const pipelined = await talk(port, [[Buffer.concat([good, good, whole])]]);
      assert.ok(pipelined.length >= 2 && pipelined.length <= 3, `${what}, in the same packet as two good requests`);
      assert.deepEqual(pipelined.slice(0, 2).map((answer) => answer.status), [200, 200], what);
      if (pipelined[2]) assertRefused(pipelined[2], what);
      else assert.equal(pipelined[1]?.headers['connection'], 'close', what);
    }
    assert.doesNotMatch(world.server.log(), /smuggled/, 'nothing of them became a request');
  });

  test(`what is unusual but good is answered by the ${server} server`, async () => {
    const fine = {
      'an empty line before the request': `\r\n${request11('GET /health')}`,
      'HTTP/1.0 without a Host': 'GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
      'an empty value': 'GET /health HTTP/1.1\r\nHost: localhost\r\nX-Empty:\r\n\r\n',
      'tabs and blanks around a value': 'GET /health HTTP/1.1\r\nHost: \t localhost:1 \t\r\nX: a \t\r\n\r\n',
      'Latin-1 in a value': 'GET /health HTTP/1.1\r\nHost: localhost\r\nX: caf\xe9\r\n\r\n',
      'an IPv6 host': 'GET /health HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n',
      'every character of a name': "GET /health HTTP/1.1\r\nHost: localhost\r\n!#$%&'*+-.^_`|~09azAZ: a\r\n\r\n",
      'an upgrade that is not ours': 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n',
    };
    for (const [what, text] of Object.entries(fine))
      for (const pieces of [[bytes(text)], eachByte(bytes(text))]) assert.deepEqual((await talk(port, [pieces, [good]], true)).map((answer) => answer.status), [200, 200], what);
  });
}

test('each bound of a head has its answer at once, one above it', async () => {
  const argumentsOf = (count: number) => get('', `/api/v1/status?${Array.from({ length: count }, (_, i) => `a${i}=1`).join('&')}`);
  const target = (length: number) => get('', `/api/${'a'.repeat(length - 5)}`);
  const fields = (count: number) => get('X: a\r\n'.repeat(count - 1));
  const head = (length: number) => get(`X: ${'a'.repeat(length - get('X: \r\n').length)}\r\n`);
  const bounds: [string, number, (size: number) => string, number, number][] = [
    ['arguments', 100, argumentsOf, 200, 414], ['bytes of target', 8192, target, 404, 414], ['fields', 100, fields, 200, 431], ['bytes of head', 16384, head, 200, 431],
    ['bytes of host', 255, (length) => host('a'.repeat(length)), 200, 400],
  ];
  for (const [what, bound, make, at, above] of bounds) {
    const [within] = await talk(api, [[bytes(make(bound))]], true);
    assert.equal(within?.status, at, `${bound} ${what}: ${within?.body}`);
    for (const size of [bound + 1, bound * 5]) {
      const begin = performance.now();
      const answers = await talk(api, [[bytes(make(size))]]);
      assert.equal(answers.length, 1, what);
      assertRefused(answers[0], `${size} ${what}`, above);
      assert.ok(performance.now() - begin < 2000, `${size} ${what} are refused at once`);
    }
  }
  const both = `GET /api/v1/status?${Array.from({ length: 100 }, (_, i) => `a${i}=1`).join('&')} HTTP/1.1\r\nHost: localhost\r\n${Array.from({ length: 99 }, (_, i) => `X-${i}: ${'v'.repeat(140)}\r\n`).join('')}\r\n`;
  assert.equal((await talk(api, [[bytes(both)], [good]], true)).map((answer) => answer.status).join(), '200,200', 'all bounds at once fit into a connection\'s memory');
});
