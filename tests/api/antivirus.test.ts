/** A real clamd is asked about every file; it is away, hangs, dies and comes back; what it finds goes. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { Clamd, EICAR } from '../support/clamd.ts';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { BINARY } from '../support/paths.ts';
import { finished, playable, upload, uploadForm } from '../support/tracks.ts';
import { begin, create, head, offsetOf, patch, trackOf } from '../support/tus.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const clamd = await new Clamd().start();
after(() => clamd.remove());
const settings = { ENABLE_CLAMAV: 'true', CLAMAV_ADDRESS: clamd.socket, CLAMAV_MAX_MB: '50' };
const strict = await World.start('antivirus', settings);
const lenient = await World.start('antivirus-optional', { ...settings, CLAMAV_REQUIRED: 'false', CLAMAV_MAX_MB: '1' });

const sound = wav(makeSound(1));
/** A sound that plays, with the test file behind it. */
const infected = (seconds = 1) => Buffer.concat([wav(makeSound(seconds)), Buffer.from(EICAR)]);
const originals = async (world: World) => (await world.server.storedKeys()).filter((key) => key.startsWith('originals/')).map((key) => key.split('/')[1]!);
const used = async (client: Client) => {
  const reply = await client.get('/api/v1/tracks/quota/{id}', { path: { id: template.ids.carol } });
  assertStatus(reply, 200);
  return reply.body.used_bytes;
};
/** Until clamd is asked again after it was away. */
const back = (client: Client) => until('uploads to be taken again', async () => (await upload(client, { file: sound })).status === 201, 60, 500);

test('a clean file comes in, a harmful one leaves nothing: neither as one request nor in several', async () => {
  const carol = strict.as('carol'), before = await originals(strict);
  const clean = await upload(carol, { file: sound });
  assertStatus(clean, 201);
  const bytes = await used(carol);
  const refused = await upload(carol, { file: infected(3) });
  assertProblem(refused, 422, 'validation');
  assert.match(JSON.stringify(refused.body), /infected/);
  const file = infected(2), address = await begin(carol, { length: file.length });
  assertStatus(await patch(carol, address, 0, file.subarray(0, 1000)), 204);
  const last = await patch(carol, address, 1000, file.subarray(1000));
  assertProblem(last, 422, 'validation');
  assert.equal(await used(carol), bytes);
  assert.deepEqual((await originals(strict)).sort(), [...before, clean.body.id].sort());
  await strict.server.logged(/refused by the scanner.*Eicar/);
});

test('clamd starts anew while a file comes in: it sees all of it', async () => {
  const form = new Response(uploadForm({ file: infected(20) })), type = form.headers.get('content-type')!, body = Buffer.from(await form.arrayBuffer());
  const { port } = new URL(strict.server.api), socket = connect(Number(port), '127.0.0.1');
  socket.write(`POST /api/v1/tracks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${template.tokens.carol}\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`);
  const [first] = await once(socket, 'data') as [Buffer];
  assert.match(String(first), /^HTTP\/1\.1 100 /, 'clamd was seen before it is killed');
  await new Promise((resolve) => socket.write(body.subarray(0, body.length / 2), resolve));
  await clamd.signal('SIGKILL');
  await clamd.start();
  socket.write(body.subarray(body.length / 2));
  let reply = '';
  for await (const piece of socket) reply += String(piece);
  assert.match(reply, /^HTTP\/1\.1 422 /);
  assert.match(reply, /infected/);
});

test('while it is down and required, a file is refused before its body, one in several requests waits; both work when it is back', async () => {
  const carol = strict.as('carol'), file = wav(makeSound(2)), address = await begin(carol, { length: file.length });
  assertStatus(await patch(carol, address, 0, file.subarray(0, file.length - 10)), 204);
  await clamd.signal('SIGKILL');
  const last = await patch(carol, address, file.length - 10, file.subarray(file.length - 10));
  assert.equal(last.status, 503, String(last.status));
  assert.ok(Number(last.headers.get('retry-after')) > 0);
  const { port } = new URL(strict.server.api), socket = connect(Number(port), '127.0.0.1');
  socket.write(`POST /api/v1/tracks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${template.tokens.carol}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 40000000\r\n\r\n`);
  const early = await new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(String(bytes))));
  socket.destroy();
  assert.match(early, /^HTTP\/1\.1 503 [^]*Retry-After: \d+/i);
  assert.match((await strict.visitor.send('GET', '/metrics')).bytes.toString(), /veza_scanner_up 0/);
  await clamd.start();
  await back(carol);
  const done = await patch(carol, address, offsetOf(await head(carol, address)), Buffer.alloc(0));
  assertStatus(done, 204);
  assert.equal((await finished(carol, trackOf(done)!)).status, 'completed');
});

test('a clamd that hangs is given up after some seconds, and then not waited for', async () => {
  const carol = strict.as('carol');
  await clamd.signal('SIGSTOP');
  assert.equal((await upload(carol, { file: sound })).status, 503);
  const begun = performance.now();
  assert.equal((await upload(carol, { file: sound })).status, 503);
  assert.ok(performance.now() - begun < 5000);
  await clamd.signal('SIGCONT');
  await back(carol);
});

test('where it is not required, files come in while it is down; what it finds later is deleted, and its owner is told', async () => {
  const dave = lenient.as('dave'), root = lenient.as('root');
  const track = await playable(dave, { file: sound, title: 'Clean from the start' });
  await clamd.signal('SIGKILL');
  const clean = await playable(dave, { file: sound, title: 'Clean' });
  const bad = await playable(dave, { file: infected(), title: 'Bad' });
  const versions = `/api/v1/tracks/${track.id}/versions`, form = new FormData();
  form.set('file', new Blob([new Uint8Array(infected(2))]), 'again.wav');
  assertStatus(await dave.send('POST', versions, { body: form }), 201);
  await finished(dave, track.id);
  const stem = new FormData();
  stem.set('file', new Blob([new Uint8Array(infected())]), 'drums.wav');
  assertStatus(await dave.send('POST', `/api/v1/tracks/${clean.id}/stems`, { body: stem }), 201);
  assert.equal(await lenient.sql("select count(*) from unscanned_files where reason = 'unreachable'"), '4');
  const state = async () => { const reply = await root.get('/api/v1/admin/antivirus'); assertStatus(reply, 200); return reply.body; };
  assert.deepEqual(await state(), { state: 'down', is_required: false, max_bytes: 1_048_576, waiting: 4, too_large: 0 });
  const unreadable = 'originals/Unreadable'; /* it came first, and cannot be opened: no key in storage has capitals */
  await lenient.sql(`insert into unscanned_files (key, size_bytes, reason, created_at) values ('${unreadable}', 1, 'unreachable', now() - interval '1 hour')`);
  await clamd.start();
  await until('all to be scanned', async () => {
    await lenient.sql("update jobs set run_at = now() where kind = 'scan' and state = 'queued'; update unscanned_files set tried_at = tried_at - interval '2 minutes'");
    return (await lenient.sql("select string_agg(key, ' ') from unscanned_files")) === unreadable;
  }, 60, 500);
  await lenient.sql('delete from unscanned_files');
  assert.deepEqual(await state(), { state: 'up', is_required: false, max_bytes: 1_048_576, waiting: 0, too_large: 0 });
  assert.equal((await dave.get('/api/v1/tracks/{id}', { path: { id: clean.id } })).status, 200);
  assert.equal((await dave.get('/api/v1/tracks/{id}', { path: { id: bad.id } })).status, 404);
  const stems = await dave.get('/api/v1/tracks/{id}/stems', { path: { id: clean.id } });
  assertStatus(stems, 200);
  assert.deepEqual(stems.body.items, []);
  const told = await until('the owner to be told', async () => {
    const { body } = await dave.get('/api/v1/notifications', {});
    const items = body.items.filter(({ type }: { type: string }) => type === 'file.infected');
    return items.length === 3 && items;
  });
  assert.ok(told.some(({ data }: { data: { title?: string } }) => data.title === 'Bad'));
  assert.deepEqual((await lenient.sql("select payload ->> 'track_id' from outbox where name = 'file.infected'")).split('\n').sort(), [bad.id, clean.id, track.id].sort());
  const audit = await root.get('/api/v1/audit/logs', { query: { action: 'file.infected' } });
  assertStatus(audit, 200);
  assert.equal(audit.body.items.length, 3);
  await until('the bytes to be gone', async () => {
    await lenient.sql("update jobs set run_at = now() where kind in ('track_sweep', 'stem_sweep') and state = 'queued'");
    const files = await Promise.all((await lenient.server.storedKeys()).map((key) => lenient.server.stored(key).catch(() => Buffer.of()))); /* one may go meanwhile */
    return !(await originals(lenient)).includes(bad.id) && files.length > 0 && !files.some((file) => file.includes(EICAR.slice(10, 60)));
  }, 60, 500);
});

test('a file that is larger than it looks at is refused, or comes in and is noted as such: never as clean', async () => {
  const dave = lenient.as('dave'), large = infected(8);
  const taken = await upload(dave, { file: large });
  assertStatus(taken, 201);
  assert.equal(await lenient.sql("select reason from unscanned_files"), 'too_large');
  assert.match((await lenient.visitor.send('GET', '/metrics')).bytes.toString(), /veza_unscanned_files\{reason="too_large"\} 1/);
  const small = await World.start('antivirus-small', { ...settings, CLAMAV_MAX_MB: '1' });
  const refused = await upload(small.as('dave'), { file: large });
  assert.equal(refused.status, 413);
  assert.equal((await create(small.as('dave'), { length: large.length })).status, 413);
  await finished(dave, taken.body.id);
  assertStatus(await dave.delete('/api/v1/tracks/{id}', { path: { id: taken.body.id } }), 204);
  await until('nothing to be noted of a file that is gone', async () => {
    await lenient.sql(`update unscanned_files set created_at = now() - interval '2 days', tried_at = null;
      update jobs set run_at = now() where kind in ('track_sweep', 'scan') and state = 'queued'`);
    return (await lenient.sql('select count(*) from unscanned_files')) === '0';
  }, 60, 500);
});

test('doctor finds out what clamd looks at', async () => {
  const doctor = (more: object = {}) => spawnSync(BINARY, ['doctor'], { cwd: strict.server.dataDir, encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', VEZA_DATA_DIR: strict.server.dataDir, MAX_UPLOAD_MB: '50', ...settings, ...more } }).stdout.match(/.*antivirus.*\n.*/)?.[0] ?? '';
  assert.match(doctor(), /✓ antivirus +clamd answers, and scans 50 MB/);
  assert.match(doctor({ MAX_UPLOAD_MB: '51' }), /larger files are refused/);
  assert.match(doctor({ CLAMAV_ADDRESS: '/tmp/nobody.sock' }), /nobody answers/);
  await clamd.signal('SIGKILL');
  await clamd.start(['StreamMaxLength 60M', 'MaxFileSize 1M', 'MaxScanSize 60M']);
  assert.match(doctor(), /does not look at files of CLAMAV_MAX_MB/, 'clamd says OK of what it did not look at');
  await clamd.signal('SIGKILL');
  await clamd.start(['StreamMaxLength 5M']);
  assert.match(doctor(), /does not look at files of CLAMAV_MAX_MB/);
});

/** Something that listens where clamd should be, and answers PING. `scan` gets each connection on which a file comes, with its first bytes. */
async function impostor(scan: (socket: Socket) => void): Promise<{ address: string; close: () => void; asked: () => number }> {
  let asked = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket)).once('data', (bytes: Buffer) => {
      if (bytes.toString('latin1').startsWith('zPING')) return void socket.end('PONG\0');
      asked++;
      scan(socket);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked, close: () => { server.close(); sockets.forEach((socket) => socket.destroy()); } };
}

test('a clamd that says OK before it took all of a file has not looked at it', async () => {
  const hasty = await impostor((socket) => socket.write('stream: OK\0', () => { socket.destroy(); }));
  const world = await World.start('antivirus-hasty', { ...settings, CLAMAV_ADDRESS: hasty.address });
  try {
    assertProblem(await upload(world.as('carol'), { file: infected(isFull ? 60 : 30) }), 503);
    assert.ok(hasty.asked() > 1, 'it was asked once more');
    assert.deepEqual(await originals(world), []);
  } finally {
    hasty.close();
  }
});

/** Each would keep a scan going for minutes. */
const SLOW: Record<string, (socket: Socket) => void> = {
  'takes a file in small pieces': (socket) => {
    socket.on('data', () => {
      socket.pause();
      setTimeout(() => socket.resume(), 150); /* of 64 kB each, so 35 MB take more than a minute; none of them comes so late that it counts as hanging */
    });
  },
  'drips its answer': (socket) => {
    socket.resume();
    const timer = setInterval(() => socket.write('s'), 200); /* until there is no room for more: 100 s */
    socket.once('close', () => { clearInterval(timer); });
  },
};

for (const [what, scan] of Object.entries(SLOW)) {
  test(`a clamd that ${what} has CLAMAV_TIMEOUT_S for all of it`, async () => {
    const slow = await impostor(scan), world = await World.start('antivirus-slow', { ...settings, CLAMAV_ADDRESS: slow.address, CLAMAV_TIMEOUT_S: '4' });
    try {
      const carol = world.as('carol'), file = Buffer.concat([wav(makeSound(20)), Buffer.alloc(32_000_000)]), address = await begin(carol, { length: file.length });
      assertStatus(await patch(carol, address, 0, file.subarray(0, file.length - 1)), 204);
      const begun = performance.now();
      assert.equal((await patch(carol, address, file.length - 1, file.subarray(file.length - 1))).status, 503);
      const took = performance.now() - begun;
      assert.ok(took > 3500 && took < 30_000, `${Math.round(took)} ms`);
      assert.equal(slow.asked(), 1, 'no second attempt when the time is over');
      assert.match((await world.visitor.send('GET', '/metrics')).bytes.toString(), /veza_scanner_up 0/);
    } finally {
      slow.close();
    }
  });
}
