/** Whoever sends a large body that is refused gets the reply, not a reset: directly, through proxies, with Expect, with any client. */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { startHaproxy, startNginx } from '../support/proxy.ts';
import { exchange, request11 } from '../support/raw.ts';
import { until } from '../support/wait.ts';
import { World } from '../support/world.ts';

const run = promisify(execFile);
const TRIES = 50, SIZE = 8 * 1024 * 1024;
const world = await World.start('refused-uploads', { TRUSTED_PROXIES: '127.0.0.1' });
const port = world.server.ports.api;
const buffering = await startNginx(port), streaming = await startNginx(port, 'proxy_request_buffering off;'), haproxy = await startHaproxy(port);
const bytes = Buffer.alloc(SIZE, 7);

const folder = mkdtempSync('/tmp/veza-refused-');
after(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'song.wav');
writeFileSync(file, bytes);

interface Problem { status: number; code: string }
function assertRefusal(status: number, body: string, about: string): void {
  assert.equal(status, 401, `${about}: ${body.slice(0, 200)}`);
  assert.equal((JSON.parse(body) as Problem).code, 'unauthenticated', about);
}

for (const [name, at] of [['directly', port], ['through nginx', buffering], ['through nginx without request buffering', streaming], ['through HAProxy', haproxy]] as const) {
  test(`fetch sees the refusal of 8 MB each time, ${name}`, async () => {
    for (let i = 0; i < TRIES; i++) {
      const form = new FormData();
      form.set('file', new Blob([bytes]), 'song.wav');
      const reply = await fetch(`http://127.0.0.1:${at}/api/v1/tracks`, { method: 'POST', body: form });
      assertRefusal(reply.status, await reply.text(), `try ${i}`);
    }
  });

  test(`curl sees the refusal of 8 MB each time, with and without Expect, ${name}`, async () => {
    for (let i = 0; i < TRIES; i++) {
      const { stdout } = await run('curl', ['-sS', '-F', `file=@${file}`, '-H', i % 2 ? 'Expect:' : 'Expect: 100-continue', '-w', '\n%{http_code}', `http://127.0.0.1:${at}/api/v1/tracks`]);
      const [body = '', status] = stdout.split('\n');
      assertRefusal(Number(status), body, `try ${i}`);
    }
  });
}

test('a client that reads only when it has sent everything sees the refusal', async () => {
  for (let i = 0; i < 10; i++) {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' });
      let got = '';
      socket.pause();
      socket.on('error', reject);
      socket.on('data', (data: Buffer) => { got += data.toString(); });
      socket.on('end', () => resolve(got));
      socket.write(request11('POST /api/v1/tracks', { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': String(SIZE) }));
      socket.write(bytes, () => socket.resume());
    });
    assertRefusal(Number(text.match(/^HTTP\/1\.1 (\d+)/)?.[1]), text.slice(text.indexOf('\r\n\r\n') + 4), `try ${i}`);
  }
});

test('a refusal comes instead of 100 Continue, whatever the length', async () => {
  for (const length of ['10', '200000', String(SIZE)]) {
    const reply = await exchange(port, { write: [request11('POST /api/v1/tracks', { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': length, Expect: '100-continue' })], untilClosed: true });
    assert.match(reply.text, /^HTTP\/1\.1 401/, length);
    assert.doesNotMatch(reply.text, /100 Continue/, length);
    assert.ok(reply.elapsedMs < 2000, 'at once');
  }
});

test('a client that goes on sending is read up to a bound, and one that falls silent is closed', async () => {
  const sockets = () => readdirSync(`/proc/${world.server.ports.pid}/fd`).length;
  const before = sockets();
  const head = request11('POST /api/v1/tracks', { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': String(2 ** 31) });
  const open = await Promise.all(Array.from({ length: 20 }, () => new Promise<Socket>((refused) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined);
    socket.on('end', () => refused(socket)).resume().write(head);
  })));
  const [eager] = open;
  let taken = 0;
  const send = () => eager?.write(bytes, (error) => { if (!error) { taken += SIZE; send(); } });
  send();
  await until('the silent ones to be closed', () => sockets() <= before + 1, 15);
  assert.ok(taken >= 32 * 2 ** 20 && taken <= 80 * 2 ** 20, `${taken} bytes were taken`);
  for (const socket of open) socket.destroy();
});
