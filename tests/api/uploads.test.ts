/** Uploads in several requests: nothing that came is lost, nothing counts twice, and what is whole becomes a track as POST /tracks makes it. */
import { strict as assert } from 'node:assert';
import { createHash, randomInt } from 'node:crypto';
import { readdirSync, statfsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { isFull, withoutProxy } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { exchange, request11 } from '../support/raw.ts';
import { finished } from '../support/tracks.ts';
import { begin, create, end, head, headPatiently, idOf, offsetOf, patch, sha256, trackOf, TUS } from '../support/tus.ts';
import { pause, until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const MEGABYTE = 1_000_000;
const world = await World.start('uploads');
const carol = world.as('carol'), dave = world.as('dave');

/** What is stored: its entity tag is the hash that was made while it came. */
async function original(client: Client, id: string): Promise<Buffer> {
  const reply = await client.get('/api/v1/tracks/{id}/download', { path: { id } });
  assert.ok(reply.headers.get('etag')!.includes(sha256(reply.bytes)), reply.headers.get('etag')!);
  return reply.bytes;
}

test('a file that comes in three parts becomes a track with what was said about it, byte for byte', async () => {
  const file = wav(makeSound(2)), at = [0, 1000, 70_001, file.length];
  const address = await begin(carol, { length: file.length, metadata: { filename: 'Été.wav', title: 'Late trains', tags: 'Zither,rain', visibility: 'private', filetype: 'audio/wav' } });
  for (let i = 0; i < 3; i++) {
    const told = await head(carol, address);
    assertStatus(told, 200);
    assert.equal(offsetOf(told), at[i]);
    assert.equal(Number(told.headers.get('upload-length')), file.length);
    assert.equal(told.headers.get('cache-control'), 'private, no-store');
    const reply = await patch(carol, address, at[i]!, file.subarray(at[i], at[i + 1]));
    assertStatus(reply, 204);
    assert.equal(offsetOf(reply), at[i + 1]);
    assert.equal(reply.headers.get('tus-resumable'), '1.0.0');
    assert.equal(!!trackOf(reply), i === 2);
    assert.equal(!!reply.headers.get('upload-expires'), i < 2);
  }
  const done = await head(carol, address);
  assert.equal(offsetOf(done), file.length);
  const track = await finished(carol, trackOf(done)!);
  assert.deepEqual([track.status, track.title, track.visibility, track.file_size, track.tags], ['completed', 'Late trains', 'private', file.length, ['Zither', 'rain']]);
  assert.equal(sha256(await original(carol, track.id)), sha256(file));
  const whole = await patch(carol, await begin(carol, { length: file.length }), 0, file);
  assert.equal(sha256(await original(carol, trackOf(whole)!)), sha256(file), 'in one request');
});

test('large files that come at the same time are hashed each for itself, also one that is cut and goes on', async () => {
  const files = (isFull ? [40, 45, 50] : [31, 32, 33]).map((seconds) => wav(makeSound(seconds)));
  await Promise.all(files.map(async (file, i) => {
    const address = await begin(carol, { length: file.length }), cut = i ? 0 : 5 * MEGABYTE + 1;
    if (cut) assertStatus(await patch(carol, address, 0, file.subarray(0, cut)), 204);
    const id = trackOf(await patch(carol, address, cut, file.subarray(cut)))!;
    assert.equal(sha256(await original(carol, id)), sha256(file));
    assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id } }), 204);
  }));
});

const usedBy = async (of: World, person: Person) => Number(await of.sql(`select coalesce(sum(used_bytes), 0) from user_storage_quotas where user_id = '${template.ids[person]}'`));
const limit = (of: World, person: Person, bytes: number) =>
  of.sql(`insert into user_storage_quotas (user_id, max_bytes, is_own) values ('${template.ids[person]}', ${bytes}, true) on conflict (user_id) do update set max_bytes = excluded.max_bytes, is_own = true`);
const staged = (of: World) => readdirSync(path.join(of.server.dataDir, 'files/staged'));
const sweep = async (of: World) => {
  await of.sql("update jobs set run_at = now() where kind = 'uploads_sweep'");
  await until('the sweep', async () => (await of.sql("select run_at > now() + interval '30 seconds' from jobs where kind = 'uploads_sweep'")) === 't');
};
/** The head of a PATCH that announces `length` bytes, on a socket of its own. */
async function open(of: World, address: string, offset: number, length: number, person: Person = 'carol'): Promise<Socket> {
  const socket = connect({ port: of.server.ports.api, host: '127.0.0.1' });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(request11(`PATCH ${address}`, { Authorization: `Bearer ${template.tokens[person]}`, 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(offset),
    'Content-Type': 'application/offset+octet-stream', 'Content-Length': String(length) }));
  return socket;
}

const write = (socket: Socket, bytes: Uint8Array) => new Promise<void>((resolve) => {
  const done = () => {
    socket.off('close', done);
    resolve();
  };
  socket.once('close', done);
  socket.write(bytes, done);
});

test('a file survives cuts at random bytes and kills of the server: HEAD never tells less than was acknowledged, and what arrives is what was sent', async () => {
  const own = await World.start('uploads-killed');
  const [cuts, kills] = isFull ? [200, 20] : [20, 2];
  const file = wav(makeSound(isFull ? 30 : 15, { sampleRate: 48_000 })), every = Math.floor(cuts / kills);
  const address = await begin(own.as('carol'), { length: file.length });
  const most = Math.floor((file.length / cuts) * 1.5);
  let acknowledged = 0;
  for (let round = 1; round <= cuts; round++) {
    const told = await headPatiently(own.as('carol'), address);
    assertStatus(told, 200);
    const offset = offsetOf(told);
    assert.ok(offset >= acknowledged, `${offset} after ${acknowledged}`);
    acknowledged = offset;
    const wanted = Math.min(randomInt(1, most), file.length - offset - 1);
    if (wanted <= 0) break;
    const socket = await open(own, address, offset, file.length - offset);
    await write(socket, file.subarray(offset, offset + wanted));
    if (round % every === 0) {
      await own.server.stop('SIGKILL');
      await own.server.start();
    }
    socket.destroy();
  }
  const offset = offsetOf(await headPatiently(own.as('carol'), address));
  assert.ok(offset > file.length / 10, `cuts got as far as ${offset} of ${file.length}`);
  const last = await patch(own.as('carol'), address, offset, file.subarray(offset));
  assertStatus(last, 204);
  const track = await finished(own.as('carol'), trackOf(last)!);
  assert.equal(track.status, 'completed');
  assert.equal(sha256(await original(own.as('carol'), track.id)), sha256(file));
  assert.deepEqual(staged(own), []);
});

withoutProxy('every byte of a request that is cut counts', async () => {
  const file = wav(makeSound(3)), address = await begin(carol, { length: file.length });
  const socket = await open(world, address, 0, file.length);
  await write(socket, file.subarray(0, 123_457));
  socket.end();
  await until('what came to count', async () => offsetOf(await head(carol, address)) === 123_457);
  assertStatus(await end(carol, address), 204);
});

test('a PATCH at a stale offset gets 409 with the true one, before its body was sent', async () => {
  const address = await begin(carol, { length: 2_000_000_000 });
  assertStatus(await patch(carol, address, 0, new Uint8Array(1000)), 204);
  const reply = await exchange(world.server.ports.api, { untilClosed: true, write: [request11(`PATCH ${address}`, { Authorization: `Bearer ${template.tokens.carol}`,
    'Tus-Resumable': '1.0.0', 'Upload-Offset': '500', 'Content-Type': 'application/offset+octet-stream', 'Content-Length': '1900000000' })] });
  assert.equal(reply.status, 409);
  assert.equal(reply.headers['upload-offset'], '1000');
  assert.ok(reply.closed);
  assert.ok(reply.elapsedMs < 4000, `${reply.elapsedMs} ms`);
  assertProblem(await patch(carol, address, 1001, new Uint8Array(10)), 409, 'upload_offset');
  assert.equal(offsetOf(await head(carol, address)), 1000);
  assertStatus(await end(carol, address), 204);
});

test('whoever goes on after a dead connection has the upload at once, and the dead one writes no more byte', async () => {
  const file = wav(makeSound(4)), address = await begin(carol, { length: file.length });
  const dead = await open(world, address, 0, file.length);
  await write(dead, file.subarray(0, 50_000));
  await until('the first bytes', async () => Number((await carol.send<{ received_bytes: number }>('GET', address, { headers: TUS })).headers.get('upload-offset')) === 50_000);
  const began = performance.now();
  const next = await open(world, address, 50_000, file.length - 50_000);
  await write(next, file.subarray(50_000, 80_000));
  await until('bytes of the new connection', async () => Number((await carol.send('GET', address, { headers: TUS })).headers.get('upload-offset')) === 80_000);
  assert.ok(performance.now() - began < 5000);
  for (let i = 0; i < 20; i++) await write(dead, Buffer.alloc(10_000, 0xff));
  next.destroy();
  dead.destroy();
  await pause(50);
  assert.equal(offsetOf(await head(carol, address)), 80_000, 'nothing of the old connection');
  const last = await patch(carol, address, 80_000, file.subarray(80_000));
  assertStatus(last, 204);
  assert.equal(sha256(await original(carol, trackOf(last)!)), sha256(file));
});

test('twenty uploads of 100 MB that begin at once in 1 GB are exactly ten, and each gives its room back once, however it ends', async () => {
  const own = await World.start('uploads-quota'), client = own.as('carol');
  await limit(own, 'carol', 1000 * MEGABYTE);
  const replies = await Promise.all(Array.from({ length: 20 }, () => create(client, { length: 100 * MEGABYTE })));
  const begun = replies.filter(({ status }) => status === 201).map((reply) => reply.headers.get('location')!);
  for (const reply of replies.filter(({ status }) => status !== 201)) assertProblem(reply, 507, 'quota_exceeded');
  assert.match(assertProblem(await create(client, { length: 100 * MEGABYTE }), 507, 'quota_exceeded').detail, /100\.0 MB.* 0\.0 kB of your 1\.00 GB are free.* hold 1\.00 GB, until /);
  assert.equal(begun.length, 10);
  assert.equal(await usedBy(own, 'carol'), 1000 * MEGABYTE);

  assertStatus(await end(client, begun[0]!), 204);
  assertStatus(await end(client, begun[0]!), 404);
  assert.equal(await usedBy(own, 'carol'), 900 * MEGABYTE, 'deleted');

  await own.sql(`update uploads set expires_at = now() - interval '1 second' where id = '${idOf(begun[1]!)}'`);
  await sweep(own);
  await sweep(own);
  assertStatus(await end(client, begun[1]!), 204);
  assert.equal(await usedBy(own, 'carol'), 800 * MEGABYTE, 'expired, and deleted after that');

  const noise = Buffer.alloc(5000, 'no sound');
  await own.sql(`delete from uploads where id = '${idOf(begun[2]!)}'`);
  const address = await begin(client, { length: noise.length });
  assert.equal(await usedBy(own, 'carol'), 700 * MEGABYTE + noise.length);
  assertProblem(await patch(client, address, 0, noise), 422, 'validation');
  assert.equal(await usedBy(own, 'carol'), 700 * MEGABYTE, 'refused');

  const file = wav(makeSound(1)), good = await begin(client, { length: file.length });
  assertStatus(await patch(client, good, 0, file), 204);
  assert.equal(await usedBy(own, 'carol'), 700 * MEGABYTE + file.length, 'a track now');
  assert.equal(await own.sql('select reserved_bytes from upload_disk'), String(700 * MEGABYTE));
});

test('uploads cannot take more of the disk together than it has, and deleting works when it is full', async () => {
  const disk = statfsSync('/tmp'), freeMB = Math.floor((disk.bavail * disk.bsize) / 1_048_576);
  const own = await World.start('uploads-disk', { UPLOAD_KEEP_FREE_MB: String(freeMB - 21_000) }), client = own.as('carol');
  await limit(own, 'carol', 1e13);
  const length = 2000 * 1_048_576;
  const replies = await Promise.all(Array.from({ length: 20 }, () => create(client, { length })));
  const begun = replies.filter(({ status }) => status === 201).map((reply) => reply.headers.get('location')!);
  for (const reply of replies.filter(({ status }) => status !== 201)) assertProblem(reply, 507, 'storage_full');
  assert.ok(begun.length >= 8 && begun.length <= 11, `${begun.length}; others use this disk too`);
  assert.equal(await own.sql('select reserved_bytes from upload_disk'), String(begun.length * length));
  for (const address of begun.slice(0, 2)) assertStatus(await end(client, address), 204);
  assertStatus(await create(client, { length }), 201);
});

test('an upload that was left ends by itself, one that receives a byte now and then does not', async () => {
  const own = await World.start('uploads-expiry', { UPLOAD_EXPIRES_S: '2' }), client = own.as('carol');
  const left = await begin(client, { length: 100_000 });
  const reply = await patch(client, left, 0, new Uint8Array(1000));
  assert.ok(Math.abs(new Date(reply.headers.get('upload-expires')!).getTime() - Date.now()) < 10_000);
  const file = wav(makeSound(1)), kept = await begin(client, { length: file.length });
  const slow = await open(own, kept, 0, file.length);
  await write(slow, file.subarray(0, 100));
  await until('the end of the one that was left', async () => {
    const at = slow.bytesWritten;
    await write(slow, file.subarray(100 + rest++, 100 + rest));
    assert.ok(slow.bytesWritten > at);
    await sweep(own);
    return (await head(client, left)).status === 410;
  }, 20, 300);
  for (const begun = performance.now(); performance.now() - begun < 3000; await pause(300)) {
    await write(slow, file.subarray(100 + rest++, 100 + rest));
    await sweep(own);
  }
  assertProblem(await patch(client, left, 1000, new Uint8Array(10)), 410, 'upload_gone');
  assert.deepEqual(staged(own), [idOf(kept)], 'its bytes are gone');
  await write(slow, file.subarray(100 + rest));
  const track = await until('the other one to become a track', async () => trackOf(await head(client, kept)));
  assert.equal(sha256(await original(client, track)), sha256(file));
  slow.destroy();
});
let rest = 0;

test('the last bytes sent from two tabs at once make one track, and both get the same answer', async () => {
  const file = wav(makeSound(2)), address = await begin(carol, { length: file.length, metadata: { filename: 'twice.wav', title: 'Twice' } });
  assertStatus(await patch(carol, address, 0, file.subarray(0, 1000)), 204);
  await Promise.all([1, 2, 3].map(() => patch(carol, address, 1000, file.subarray(1000)).catch(() => undefined)));
  const told = await Promise.all([1, 2, 3].map(async () => {
    for (;;) { /* as clients do: ask, and send what is missing; each takes the upload from the others */
      const at = await head(carol, address);
      if (trackOf(at)) return trackOf(at);
      if (at.status === 200 && offsetOf(at) < file.length) await patch(carol, address, offsetOf(at), file.subarray(offsetOf(at))).catch(() => undefined);
    }
  }));
  assert.ok(told[0]);
  assert.equal(new Set(told).size, 1);
  assert.equal(await world.sql("select count(*) from tracks where title = 'Twice'"), '1');
  const again = await patch(carol, address, file.length, new Uint8Array(0));
  assertStatus(again, 204);
  assert.equal(trackOf(again), told[0]);
});

test('when ten send a whole file at once, whoever sent the bytes that are kept is told so', async () => {
  const file = wav(makeSound(0.2));
  for (const headers of [{}, { 'upload-checksum': `sha256 ${createHash('sha256').update(file).digest('base64')}` }]) {
    const address = await begin(carol, { length: file.length, metadata: { filename: 'ten.wav', title: 'Ten' } });
    const told = await Promise.all(Array.from({ length: 10 }, () => patch(carol, address, 0, file, headers)));
    const kept = told.filter((reply) => reply.status === 204), at = await head(carol, address);
    assert.ok(offsetOf(at) < file.length || kept.length > 0, told.map((reply) => reply.status).join(' '));
    for (const reply of kept) assert.equal(trackOf(reply), trackOf(at));
    for (const reply of told) assert.ok([204, 409, 423].includes(reply.status), `${reply.status}`);
  }
});

test('a server that was stopped between the last byte and the track makes the track when the client asks', async () => {
  const own = await World.start('uploads-between'), file = wav(makeSound(1));
  const address = await begin(own.as('carol'), { length: file.length });
  const held = await own.hold('lock table tracks in share mode');
  const lost = patch(own.as('carol'), address, 0, file).catch(() => 'killed');
  await until('the statement that makes the track', async () => (await own.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")) !== '0');
  await own.server.stop('SIGKILL');
  await lost;
  await held.letGo();
  await own.server.start();
  await until('the broken statement to end', async () => (await own.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")) === '0');
  const told = await head(own.as('carol'), address);
  assertStatus(told, 200);
  assert.equal(offsetOf(told), file.length);
  assert.equal(sha256(await original(own.as('carol'), trackOf(told)!)), sha256(file));
  assert.equal(await own.sql('select count(*) from tracks'), '1');
});

test('a file that is no sound is refused with the reason when it is whole, and nothing is left of it', async () => {
  const file = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const address = await begin(dave, { length: file.length });
  const refused = assertProblem(await patch(dave, address, 0, file), 422, 'validation');
  assert.equal(refused.errors?.[0]?.field, 'file');
  assertStatus(await head(dave, address), 410);
  assertProblem(await dave.send('GET', address, { headers: TUS }), 410, 'upload_gone');
  assert.equal(await world.sql(`select state || ' ' || counted_bytes from uploads where id = '${idOf(address)}'`), 'failed 0');
  assert.ok(!staged(world).includes(idOf(address)));
  assertProblem(await create(dave, { length: 0, body: new Uint8Array(0) }), 422);
});

test('somebody else\'s upload does not exist, not even for administrators', async () => {
  const address = await begin(carol, { length: 5000 });
  for (const stranger of [dave, world.as('root'), world.as('mia')]) {
    assertStatus(await head(stranger, address), 404);
    assertProblem(await stranger.send('GET', address, { headers: TUS }), 404, 'not_found');
    assertProblem(await patch(stranger, address, 0, new Uint8Array(100)), 404, 'not_found');
    assertProblem(await end(stranger, address), 404, 'not_found');
  }
  assert.equal(offsetOf(await head(carol, address)), 0);
  assertStatus(await end(carol, address), 204);
  assertStatus(await head(carol, address), 404);
});

test('bytes count only when they fit their checksum', async () => {
  const { createHash } = await import('node:crypto');
  const file = wav(makeSound(1)), first = file.subarray(0, 40_000), address = await begin(carol, { length: file.length });
  const sum = (algorithm: string, bytes: Uint8Array) => `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`;
  assertProblem(await patch(carol, address, 0, first, { 'upload-checksum': sum('sha1', file) }), 460, 'checksum_mismatch');
  assert.equal(offsetOf(await head(carol, address)), 0);
  for (const header of ['md5 1B2M2Y8AsgTpgAmY7PhCfg==', 'sha1', 'sha1 !!!!', 'sha1 AAAA', 'sha256 '])
    assertProblem(await patch(carol, address, 0, first, { 'upload-checksum': header }), 400, 'bad_request', header);
  const cut = await open(world, address, 0, file.length);
  cut.destroy();
  assertStatus(await patch(carol, address, 0, first, { 'upload-checksum': sum('sha1', first) }), 204);
  const last = await patch(carol, address, 40_000, file.subarray(40_000), { 'upload-checksum': sum('sha256', file.subarray(40_000)) });
  assertStatus(last, 204);
  assert.equal(sha256(await original(carol, trackOf(last)!)), sha256(file));
  assertProblem(await create(carol, { length: file.length, body: file, headers: { 'upload-checksum': sum('sha512', first) } }), 460, 'checksum_mismatch');
  const whole = await create(carol, { length: file.length, body: file, headers: { 'upload-checksum': sum('sha512', file) } });
  assertStatus(whole, 201);
  assert.equal(offsetOf(whole), file.length);
  assert.equal(sha256(await original(carol, trackOf(whole)!)), sha256(file));
});

test('OPTIONS tells what the server can do, another version of tus is refused, and limits are kept', async () => {
  for (const address of ['/api/v1/uploads/tus', '/api/v1/uploads/tus/00000000-0000-4000-8000-000000000000']) {
    const reply = await world.visitor.send('OPTIONS', address);
    assertStatus(reply, 204);
    assert.deepEqual(['tus-version', 'tus-extension', 'tus-max-size', 'tus-checksum-algorithm'].map((name) => reply.headers.get(name)),
      ['1.0.0', 'creation,creation-with-upload,checksum,termination,expiration', String(2200 * 1_048_576), 'sha1,sha256,sha512']);
    assert.match(reply.headers.get('access-control-allow-headers') ?? '', /Upload-Offset/);
  }
  const address = await begin(carol, { length: 1000 });
  for (const reply of [await create(carol, { length: 10, headers: { 'tus-resumable': '0.2.2' } }), await patch(carol, address, 0, new Uint8Array(1), { 'tus-resumable': '2.0.0' }),
    await carol.send('GET', address, { headers: { 'tus-resumable': '1' } }), await carol.send('DELETE', address, { headers: { 'tus-resumable': '1' } })]) {
    assertProblem(reply, 412, 'tus_version');
    assert.equal(reply.headers.get('tus-version'), '1.0.0');
  }
  assertProblem(await create(carol, { length: 2200 * 1_048_576 + 1 }), 413, 'payload_too_large');
  assertProblem(await patch(carol, address, 0, new Uint8Array(1001)), 413, 'payload_too_large');
  assertProblem(await patch(carol, address, 0, new Uint8Array(10), { 'content-type': 'application/octet-stream' }), 415, 'unsupported_media_type');
  assertProblem(await create(carol, { length: 10, body: new Uint8Array(10), headers: { 'content-type': 'text/plain' } }), 415, 'unsupported_media_type');
  assertProblem(await create(carol, { length: 10, headers: { 'upload-metadata': 'title ????' } }), 400, 'bad_request');
  assertProblem(await create(carol, { length: 10, metadata: { filename: 'a.wav', title: 'a'.repeat(256) } }), 422, 'validation');
  assertProblem(await create(world.as('alice'), { length: 10 }), 403, 'creator_required');
  assertStatus(await end(carol, address), 204);
  const few = await World.start('uploads-few', { UPLOAD_OPEN_MAX: '3' });
  const replies = await Promise.all(Array.from({ length: 8 }, () => create(few.as('carol'), { length: 10 })));
  assert.equal(replies.filter(({ status }) => status === 201).length, 3);
  for (const reply of replies) if (reply.status !== 201) assertProblem(reply, 409, 'too_many_uploads');
});

test('bytes of unfinished uploads go with their owner\'s account, and files that no upload has are swept', async () => {
  const own = await World.start('uploads-erased'), client = own.as('dave');
  const address = await begin(client, { length: 90_000 });
  assertStatus(await patch(client, address, 0, new Uint8Array(30_000)), 204);
  assert.deepEqual(staged(own), [idOf(address)]);
  await own.sql(`update users set deletion_at = now() - interval '61 seconds' where id = '${template.ids.dave}'; update jobs set run_at = now() where kind = 'privacy.sweep'`);
  await until('the erasure', async () => (await own.sql(`select count(*) from users where id = '${template.ids.dave}'`)) === '0');
  assert.deepEqual(staged(own), []);
  const { utimesSync, writeFileSync } = await import('node:fs');
  const orphan = path.join(own.server.dataDir, 'files/staged', '00000000-0000-4000-8000-000000000000');
  writeFileSync(orphan, 'left');
  await sweep(own);
  assert.equal(staged(own).length, 1, 'it may be of a creation that is under way');
  utimesSync(orphan, 0, 0);
  await sweep(own);
  assert.deepEqual(staged(own), []);
});
