/** Uploads in numbered parts, /uploads, and how much somebody may store. */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client, type Reply } from '../support/client.ts';
import { makeSound, png, wav } from '../support/media.ts';
import { finished, uploadForm } from '../support/tracks.ts';
import { begin, create, head, idOf, patch, sha256, trackOf, TUS } from '../support/tus.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('chunks');
const carol = world.as('carol'), dave = world.as('dave'), root = world.as('root');
const SIZE = 70_000;

const initiate = (client: Client, file: Uint8Array, more: Record<string, unknown> = {}) =>
  client.post('/api/v1/tracks/initiate', { body: { filename: 'parts.wav', total_size: file.length, chunk_size: SIZE, ...more } as never });
const parts = (file: Uint8Array) => Array.from({ length: Math.ceil(file.length / SIZE) }, (_, i) => file.subarray(i * SIZE, (i + 1) * SIZE));
function chunk(client: Client, uploadId: string, number: number, bytes: Uint8Array, more: Record<string, string> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ upload_id: uploadId, chunk_number: String(number), ...more })) form.set(name, value);
  form.set('chunk', new Blob([new Uint8Array(bytes)]), 'chunk');
  return client.post('/api/v1/tracks/chunk', { body: form as never });
}
const complete = (client: Client, uploadId: string) => client.post('/api/v1/tracks/complete', { body: { upload_id: uploadId } });
const resume = (client: Client, uploadId: string) => client.get('/api/v1/tracks/resume/{uploadId}', { path: { uploadId } });
const quota = (client: Client, id: string) => client.get('/api/v1/tracks/quota/{id}', { path: { id } });

test('parts that come in any order and all at once become one track, byte for byte', async () => {
  const file = wav(makeSound(3)), all = parts(file);
  const session = await initiate(carol, file, { title: 'In parts', is_public: false, total_chunks: all.length });
  assertStatus(session, 201);
  assert.deepEqual([session.body.total_chunks, session.body.received_chunks, session.body.chunk_size], [all.length, [], SIZE]);
  const id = session.body.upload_id;
  assertStatus(await chunk(carol, id, 3, all[2]!), 200);
  const half = await resume(carol, id);
  assert.deepEqual([half.body.received_chunks, half.body.received_bytes, half.body.status], [[3], SIZE, 'open']);
  assert.match(assertProblem(await complete(carol, id), 409, 'upload_incomplete').detail, /the first of them is 1\./);
  for (const reply of await Promise.all(all.map((bytes, i) => chunk(carol, id, all.length - i, all[all.length - i - 1] ?? bytes)))) assertStatus(reply, 200);
  const track = await complete(carol, id);
  assertStatus(track, 201);
  assert.deepEqual([track.body.title, track.body.is_public], ['In parts', false]);
  const original = await carol.get('/api/v1/tracks/{id}/download', { path: { id: track.body.id } });
  assert.equal(sha256(original.bytes), sha256(file));
  assert.equal((await finished(carol, track.body.id)).status, 'completed');
  assert.deepEqual([(await resume(carol, id)).body.status, (await resume(carol, id)).body.track_id], ['completed', track.body.id]);
});

test('completing twice, or from several tabs at once, makes one track, and all get it', async () => {
  const file = wav(makeSound(1)), id = (await initiate(carol, file, { title: 'One of one' })).body.upload_id;
  for (const [i, bytes] of parts(file).entries()) assertStatus(await chunk(carol, id, i + 1, bytes), 200);
  const replies = await Promise.all(Array.from({ length: 5 }, () => complete(carol, id)));
  replies.push(await complete(carol, id));
  for (const reply of replies) assertStatus(reply, 201);
  assert.equal(new Set(replies.map((reply) => reply.body.id)).size, 1);
  assert.equal(await world.sql("select count(*) from tracks where title = 'One of one'"), '1');
});

test('the same part once more changes nothing; with other bytes it is refused, also when both come at once', async () => {
  const file = wav(makeSound(1)), all = parts(file), other = Uint8Array.from(all[0]!, (byte) => byte ^ 255);
  for (let round = 0; round < 10; round++) {
    const raced = (await initiate(carol, file)).body.upload_id;
    const race = await Promise.all([chunk(carol, raced, 1, all[0]!), chunk(carol, raced, 1, other), chunk(carol, raced, 1, all[0]!)]);
    const mine = race[0]!.status === 200; /* else the other bytes came first, and stay */
    for (const [i, reply] of race.entries()) {
      if ((i !== 1) === mine) assertStatus(reply, 200);
      else assertProblem(reply, 409, 'chunk_differs');
    }
    assertStatus(await carol.delete('/api/v1/uploads/{id}', { path: { id: raced } }), 204);
  }
  const id = (await initiate(carol, file)).body.upload_id;
  assertStatus(await chunk(carol, id, 1, all[0]!), 200);
  assertProblem(await chunk(carol, id, 1, other), 409, 'chunk_differs');
  for (const [i, bytes] of all.entries()) assertStatus(await chunk(carol, id, i + 1, bytes, { chunk_sha256: sha256(bytes) }), 200);
  const track = await complete(carol, id);
  assertStatus(track, 201);
  assert.equal(sha256((await carol.get('/api/v1/tracks/{id}/download', { path: { id: track.body.id } })).bytes), sha256(file));
  assertProblem(await chunk(carol, id, 1, other), 409, 'chunk_differs');
  assertStatus(await chunk(carol, id, 1, all[0]!), 200);
});

test('parts that were acknowledged survive a kill of the server, and parts whose file was lost are asked for again', async () => {
  const own = await World.start('chunks-killed'), file = wav(makeSound(2)), all = parts(file);
  const id = (await initiate(own.as('carol'), file)).body.upload_id;
  for (const number of [2, 1]) assertStatus(await chunk(own.as('carol'), id, number, all[number - 1]!), 200);
  await own.server.stop('SIGKILL');
  await own.server.start();
  assert.deepEqual((await resume(own.as('carol'), id)).body.received_chunks, [1, 2]);
  const { rmSync } = await import('node:fs');
  rmSync(`${own.server.dataDir}/files/staged/${id}`);
  assertStatus(await chunk(own.as('carol'), id, 3, all[2]!), 200);
  assert.deepEqual((await resume(own.as('carol'), id)).body.received_chunks, [3]);
  for (const [i, bytes] of all.entries()) assertStatus(await chunk(own.as('carol'), id, i + 1, bytes), 200);
  const track = await complete(own.as('carol'), id);
  assertStatus(track, 201);
  assert.equal(sha256((await own.as('carol').get('/api/v1/tracks/{id}/download', { path: { id: track.body.id } })).bytes), sha256(file));
});

test('a part of a wrong size, number or hash is refused, and so is an upload of another kind or person', async () => {
  const file = wav(makeSound(1)), all = parts(file), id = (await initiate(carol, file)).body.upload_id;
  const field = (reply: Reply) => assertProblem(reply, 422, 'validation').errors?.[0]?.field;
  assert.equal(field(await chunk(carol, id, 1, all[0]!.subarray(1))), 'chunk');
  assert.equal(field(await chunk(carol, id, all.length, all[0]!)), 'chunk');
  assert.equal(field(await chunk(carol, id, all.length + 1, all[0]!)), 'chunk_number');
  assert.equal(field(await chunk(carol, id, 1, all[0]!, { chunk_sha256: createHash('sha256').digest('hex') })), 'chunk');
  assert.equal(field(await initiate(carol, file, { total_chunks: 1 })), 'total_chunks');
  assert.equal(field(await initiate(carol, file, { chunk_size: 8 * 1024 * 1024 + 1 })), 'chunk_size');
  assertProblem(await initiate(carol, file, { total_size: 2200 * 1_048_576 + 1 }), 413, 'payload_too_large');
  const tus = idOf(await begin(carol, { length: 1000 }));
  for (const [client, upload] of [[dave, id], [root, id], [carol, tus]] as const) {
    assertProblem(await chunk(client, upload, 1, all[0]!), 404, 'not_found');
    assertProblem(await complete(client, upload), 404, 'not_found');
    assertProblem(await resume(client, upload), 404, 'not_found');
  }
  assertStatus(await head(carol, `/api/v1/uploads/tus/${id}`), 404);
  assertProblem(await patch(carol, `/api/v1/uploads/tus/${id}`, 0, new Uint8Array(1)), 404, 'not_found');
  await world.sql(`update uploads set expires_at = now() - interval '1 hour' where id = '${id}'`);
  assertProblem(await chunk(carol, id, 1, all[0]!), 410, 'upload_gone');
  assertProblem(await complete(carol, id), 410, 'upload_gone');
});

test('a whole that is no sound is refused when it is completed', async () => {
  const file = Buffer.alloc(100_000, 'no sound'), id = (await initiate(carol, file)).body.upload_id;
  for (const [i, bytes] of parts(file).entries()) assertStatus(await chunk(carol, id, i + 1, bytes), 200);
  assert.equal(assertProblem(await complete(carol, id), 422, 'validation').errors?.[0]?.field, 'file');
  assertProblem(await complete(carol, id), 410, 'upload_gone');
});

test('a file in one request is an upload too, and a batch begins all of its uploads or none', async () => {
  const file = wav(makeSound(1));
  const whole = await carol.post('/api/v1/uploads', { body: uploadForm({ file, title: 'At once', cover: png(400, 400) }) as never });
  assertStatus(whole, 201);
  assert.equal(whole.headers.get('location'), `/api/v1/uploads/${whole.body.id}/status`);
  const status = await carol.get('/api/v1/uploads/{id}/status', { path: { id: whole.body.id } });
  assert.deepEqual([status.body.state, status.body.protocol, status.body.filename], ['completed', 'whole', 'song.wav']);
  assert.equal((await finished(carol, status.body.track_id!)).title, 'At once');
  assertProblem(await carol.post('/api/v1/uploads', { body: uploadForm({ file: Buffer.from('no sound') }) as never }), 422, 'validation');

  const before = (await carol.get('/api/v1/uploads/stats')).body;
  const batch = await carol.post('/api/v1/uploads/batch', { body: { items: [{ filename: 'a.wav', length_bytes: file.length }, { filename: 'b.wav', length_bytes: 5000 }] } as never });
  assertStatus(batch, 201);
  assert.deepEqual(batch.body.items.map(({ filename }) => filename), ['a.wav', 'b.wav']);
  const [first] = batch.body.items;
  assertStatus(await patch(carol, first!.url, 0, file.subarray(0, 1000)), 204);
  const progress = await carol.get('/api/v1/uploads/{id}/progress', { path: { id: first!.id } });
  assert.deepEqual([progress.body.received_bytes, progress.body.length_bytes, progress.body.state], [1000, file.length, 'open']);
  const done = await patch(carol, first!.url, 1000, file.subarray(1000));
  assert.equal((await finished(carol, trackOf(done)!)).is_public, false);
  const after = (await carol.get('/api/v1/uploads/stats')).body;
  assert.deepEqual([after.open - before.open, after.completed - before.completed, after.reserved_bytes - before.reserved_bytes], [1, 1, 5000]);
  assertStatus(await carol.delete('/api/v1/uploads/{id}', { path: { id: batch.body.items[1]!.id } }), 204);
  assertProblem(await carol.delete('/api/v1/uploads/{id}', { path: { id: batch.body.items[1]!.id } }), 404, 'not_found');
  assertProblem(await carol.post('/api/v1/uploads/batch', { body: { items: [{ filename: 'a.wav', length_bytes: 4e9 }] } as never }), 413, 'payload_too_large');
});

test('limits and types are told before anything is sent', async () => {
  const limits = await world.visitor.get('/api/v1/upload/limits');
  assert.deepEqual([limits.body.max_bytes, limits.body.chunk_bytes, limits.body.open_uploads, limits.body.expires_s], [2200 * 1_048_576, 8 * 1_048_576, 100, 172_800]);
  const check = async (query: { filename: string; size?: number }) => (await world.visitor.get('/api/v1/upload/validate-type', { query: query as never })).body.reason;
  assert.equal(await check({ filename: 'Late trains.FLAC', size: 1000 }), null);
  assert.equal(await check({ filename: 'Late trains.flac' }), null);
  assert.equal(await check({ filename: 'notes.pdf' }), 'extension');
  assert.equal(await check({ filename: 'wav' }), 'extension');
  assert.equal(await check({ filename: 'a.wav', size: 0 }), 'empty');
  assert.equal(await check({ filename: 'a.wav', size: 1e12 }), 'too_large');
});

test('administrators set how much a person or a role may store; the person\'s own goes before, and everybody sees their own', async () => {
  const own = await World.start('storage', { STORAGE_QUOTA_MB: '10' }), admin = own.as('root');
  const maxOf = async (client: Client, id: string) => (await quota(client, id)).body.max_bytes;
  const { carol: id, dave: other } = template.ids;
  assert.deepEqual(await maxOf(own.as('carol'), id), 10 * 1_048_576);
  const role = (await admin.get('/api/v1/roles')).body.items.find(({ name }) => name === 'content_creator')!.id;
  const set = await admin.put('/api/v1/admin/roles/{id}/quota', { path: { id: role }, body: { max_bytes: 50_000_000 } });
  assert.equal(set.body.max_bytes, 50_000_000);
  assert.deepEqual([await maxOf(own.as('carol'), id), await maxOf(own.as('alice'), template.ids.alice)], [50_000_000, 10 * 1_048_576]);
  const mine = await admin.put('/api/v1/admin/users/{id}/quota', { path: { id }, body: { max_bytes: 3000 } });
  assert.deepEqual([mine.body.max_bytes, mine.body.is_own], [3000, true]);
  assertProblem(await create(own.as('carol'), { length: 3001 }), 507, 'quota_exceeded');
  assertStatus(await create(own.as('carol'), { length: 2000 }), 201);
  const told = (await quota(own.as('carol'), id)).body;
  assert.deepEqual([told.used_bytes, told.free_bytes, told.held_bytes], [2000, 1000, 2000]);
  assert.ok(new Date(told.held_until!).getTime() > Date.now());
  assertStatus(await create(own.as('dave'), { length: 40_000_000 }), 201);
  assert.equal((await admin.put('/api/v1/admin/users/{id}/quota', { path: { id }, body: { max_bytes: null } })).body.max_bytes, 50_000_000);
  assert.equal((await admin.put('/api/v1/admin/roles/{id}/quota', { path: { id: role }, body: { max_bytes: null } })).body.max_bytes, null);
  assert.equal(await maxOf(admin, id), 10 * 1_048_576);
  for (const stranger of [own.as('dave'), own.as('mia')]) assertProblem(await quota(stranger, id), 404, 'not_found');
  assert.equal(await maxOf(own.as('dave'), other), 10 * 1_048_576);
  assertProblem(await own.as('mia').put('/api/v1/admin/users/{id}/quota', { path: { id }, body: { max_bytes: 1 } }), 403);
});

test('who looks at an upload disturbs nobody who sends it', async () => {
  const address = await begin(carol, { length: 1000 });
  assertStatus(await carol.send('GET', address, { headers: TUS }), 200);
  assert.equal((await carol.get('/api/v1/uploads/{id}/status', { path: { id: idOf(address) } })).body.state, 'open');
});

test('a quota that was lowered meanwhile is said when the file is whole, and the upload waits until there is room', async () => {
  const own = await World.start('chunks-lowered'), client = own.as('carol'), file = wav(makeSound(1));
  const set = (bytes: number) => own.as('root').put('/api/v1/admin/users/{id}/quota', { path: { id: template.ids.carol }, body: { max_bytes: bytes } });
  const id = (await initiate(client, file)).body.upload_id, address = await begin(client, { length: file.length });
  for (const [i, bytes] of parts(file).entries()) assertStatus(await chunk(client, id, i + 1, bytes), 200);
  assertStatus(await set(1000), 200);
  assertProblem(await complete(client, id), 507, 'quota_exceeded');
  assertProblem(await patch(client, address, 0, file), 507, 'quota_exceeded');
  assertProblem(await initiate(client, file), 507, 'quota_exceeded');
  assertProblem(await client.post('/api/v1/uploads', { body: uploadForm({ file }) as never }), 507, 'quota_exceeded');
  assertProblem(await client.post('/api/v1/uploads/batch', { body: { items: [{ filename: 'a.wav', length_bytes: 5000 }] } as never }), 507, 'quota_exceeded');
  assertStatus(await set(1e9), 200);
  assertStatus(await complete(client, id), 201);
  assert.ok(trackOf(await head(client, address)));
});

test('nobody begins more uploads than may be open, in whatever way', async () => {
  const own = await World.start('chunks-few', { UPLOAD_OPEN_MAX: '2' }), client = own.as('carol');
  const items = (count: number) => ({ items: Array.from({ length: count }, () => ({ filename: 'a.wav', length_bytes: 10 })) }) as never;
  assertProblem(await client.post('/api/v1/uploads/batch', { body: items(3) }), 409, 'too_many_uploads');
  assertStatus(await client.post('/api/v1/uploads/batch', { body: items(2) }), 201);
  assertProblem(await initiate(client, new Uint8Array(10)), 409, 'too_many_uploads');
});

test('an upload that another process holds is locked for as long as it does', async () => {
  const { spawn } = await import('node:child_process');
  const address = await begin(carol, { length: 1000 });
  assertStatus(await patch(carol, address, 0, new Uint8Array(10)), 204);
  const file = `${world.server.dataDir}/files/staged/${idOf(address)}`;
  const holder = spawn('flock', ['-o', file, 'sh', '-c', 'echo held; sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const locked = await patch(carol, address, 10, new Uint8Array(10));
  assertProblem(locked, 423, 'upload_locked');
  assert.equal(locked.headers.get('retry-after'), '1');
  holder.kill();
  await new Promise((resolve) => holder.once('exit', resolve));
});
