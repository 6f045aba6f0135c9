/** Files in a bucket: a real Swift, which speaks S3 and checks every signature, behind a connection that can be held and cut. */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { decode, makeSound, pcm, png, wav } from '../support/media.ts';
import { full } from '../support/level.ts';
import { BINARY } from '../support/paths.ts';
import { Player } from '../support/player.ts';
import { STREAM_SECRET } from '../support/requests.ts';
import { Server } from '../support/server.ts';
import { Swift } from '../support/swift.ts';
import { finished, playable, rendition, upload } from '../support/tracks.ts';
import { pause, until } from '../support/wait.ts';
import { Wire } from '../support/wire.ts';
import { cluster, template, World } from '../support/world.ts';

const BUCKET = 'veza-objects', MB = 1024 * 1024;
const swift = new Swift();
after(() => swift.remove());
await swift.start();
await swift.makeBucket(BUCKET);
const wire = await new Wire(swift.port).mend();
after(() => wire.cut());
const settings = { ...swift.settings(BUCKET), STREAM_SECRET, S3_ENDPOINT: `http://127.0.0.1:${wire.port}`, S3_TIMEOUT_S: '3' };
const world = await World.start('object-store', settings);
const carol = world.as('carol'), visitor = world.visitor;
const long = wav(makeSound(60, { seed: 7 })); /* more than a part of a multipart upload */
assert.ok(long.length > 9 * MB && long.length < 16 * MB);

const original = (id: string) => carol.get('/api/v1/tracks/{id}/download', { path: { id }, query: { format: 'original' } });
const remove = async (id: string) => {
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id } }), 204);
  await until('its objects to be gone', async () => (await swift.objects(BUCKET)).every((key) => !key.includes(id)), 60, 200);
};
const deep = async () => {
  const reply = await fetch(`${world.server.api}/health/deep`);
  return { status: reply.status, store: ((await reply.json()) as { checks: { object_store: { status: string } } }).checks.object_store.status };
};
const health = async () => (await deep()).status;
const originals = async () => (await swift.objects(BUCKET)).filter((key) => key.startsWith('originals/')).sort();

test('a track is uploaded, processed, streamed, fetched in ranges and deleted, and no object of it stays', async () => {
  const sound = makeSound(12, { seed: 4 }), file = wav(sound);
  const track = await playable(carol, { file, title: 'In a bucket', cover: png(600, 600), is_public: 'true' });
  const kept = await swift.objects(BUCKET);
  for (const start of [`originals/${track.id}`, `covers/${track.id}/`, `hls/${track.id}/`, `waveforms/${track.id}/`])
    assert.ok(kept.some((key) => key.startsWith(start)), `${start} is in the bucket`);
  assert.deepEqual(await swift.uploads(BUCKET), []);

  const saved = path.join(world.server.dataDir, 'lossless.mp4');
  writeFileSync(saved, (await rendition(visitor, track.id, 'lossless')).bytes);
  assert.ok(pcm(sound).equals(await decode(saved)), 'every sample came back');

  const where = `/api/v1/tracks/${track.id}/hls/low/segment_000.m4s`;
  const whole = await visitor.send('GET', where), part = await visitor.send('GET', where, { headers: { range: 'bytes=100-199' } });
  assertStatus(part, 206);
  assert.ok(part.bytes.equals(whole.bytes.subarray(100, 200)));
  assert.ok((await original(track.id)).bytes.equals(file));
  assert.match((await visitor.send('GET', '/metrics')).bytes.toString(), /^veza_s3_up 1$/m);
  await remove(track.id);
});

full('a file of several parts comes back whole, and in any range, and its parts go with it', async () => {
  const reply = await upload(carol, { file: long, title: 'Long' });
  assertStatus(reply, 201);
  const { id } = reply.body;
  assert.deepEqual(await swift.uploads(BUCKET), []);
  assert.equal(swift.sizes()[0], 8 * MB, 'it was sent in parts');
  assert.ok((await original(id)).bytes.equals(long));
  const where = `/api/v1/tracks/${id}/download?format=original`, from = 8 * MB - 1000, to = from + 300_000;
  const range = await carol.send('GET', where, { headers: { range: `bytes=${from}-${to}` } });
  assertStatus(range, 206);
  assert.ok(range.bytes.equals(long.subarray(from, to + 1)));
  await finished(carol, id);
  await remove(id);
  await until('its parts to be gone', () => (swift.sizes()[0] ?? 0) < MB);
});

test('a store that is cut off in the middle of an upload: 503, nothing half-written, and it goes on by itself', async () => {
  const track = await playable(carol, { title: 'Kept', is_public: 'true' });
  const before = await originals();
  wire.holdAfter(8.5 * MB);
  const sending = upload(carol, { file: long, title: 'Cut off' });
  await until('the second part to be on its way', async () => wire.holds && (await swift.uploads(BUCKET)).length === 1);
  await wire.cut();
  const refused = await sending;
  assertProblem(refused, 503, 'unavailable');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.deepEqual(await originals(), before);

  await until('health to say so', async () => (await health()) === 503);
  assertStatus(await visitor.get('/health'), 200);
  assert.equal((await deep()).store, 'down');
  const segment = await visitor.send('GET', `/api/v1/tracks/${track.id}/hls/medium/segment_000.m4s`);
  assertProblem(segment, 503, 'unavailable');
  assert.ok(Number(segment.headers.get('retry-after')) > 0);
  assertProblem(await upload(carol, { title: 'Refused' }), 503, 'unavailable');

  await wire.mend();
  await until('health to be well again', async () => (await health()) === 200, 30);
  assertStatus(await visitor.send('GET', `/api/v1/tracks/${track.id}/hls/medium/segment_000.m4s`), 200);
  const again = await playable(carol, { title: 'Afterwards' });
  await remove(again.id);
  await remove(track.id);
});

full('work that finds the store away waits for it, and no attempt is lost', async () => {
  const since = world.server.log().length, reply = await upload(carol, { file: wav(makeSound(30, { seed: 2 })), title: 'Waits' });
  assertStatus(reply, 201);
  await wire.cut();
  await world.server.logged(/"job did not work".*the object store does not answer/, since);
  await wire.mend();
  const track = await finished(carol, reply.body.id);
  assert.equal(track.status, 'completed');
  await remove(track.id);
});

full('while the store is away a WebSocket that plays waits for its chunks, and a stream server is not told that its files are missing', async () => {
  const track = await playable(carol, { title: 'Waits for chunks', is_public: 'true' }), job = `dedupe_key = 'transcode:${track.id}'`, version = '0123456789abcdef';
  const rendition = { name: 'low', codec: 'mp4a.40.2', bandwidth: 1, average_bandwidth: 1, bitrate: 1, sample_rate: 48000, channels: 2, encoder_delay: 0, end_padding: 0,
    samples: 1, segments: 1, segment_duration_ms: 1 };
  const result = { format: 'wav', sample_rate: 48000, channels: 2, duration_ms: 1, samples: 1, mended_samples: 0, ended_early: false, renditions: [rendition] };
  const ready = () => visitor.post('/api/v1/internal/tracks/{id}/stream-ready', { path: { id: track.id }, body: { version, result } as never, headers: { 'x-stream-secret': STREAM_SECRET } });
  await world.sql(`update jobs set state = 'running', locked_by = 'stream:${version}', heartbeat_at = now() + interval '1 hour' where ${job}`);
  await wire.cut();
  const player = await Player.open(world.server.stream, { track_id: track.id });
  player.send({ type: 'play', position: 0 });
  assertProblem(await ready(), 503, 'unavailable');
  const refused = async () => Number(/^veza_s3_left_alone_total (\d+)$/m.exec((await visitor.send('GET', '/metrics')).bytes.toString())![1]);
  const before = await refused();
  await until('the store to have been asked again', async () => (await refused()) > before, 20, 100);
  assert.deepEqual([player.chunks.length, player.closed], [0, undefined]);
  await wire.mend();
  await until('a chunk', () => player.chunks.some(({ kind }) => kind === 'media'), 30);
  player.end();
  assertProblem(await ready(), 409, 'conflict');
  await world.sql(`update jobs set state = 'done', locked_by = null, heartbeat_at = null where ${job}`);
  await remove(track.id);
});

full('what is deleted while the store is away goes when it is back, and no attempt is lost', async () => {
  const track = await playable(carol, { title: 'Deleted meanwhile' }), job = `dedupe_key = 'track_sweep:${track.id}'`;
  await wire.cut();
  const since = world.server.log().length;
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 204);
  await world.sql(`update jobs set run_at = now() where ${job}`);
  await world.server.logged(/"job did not work".*"track_sweep".*the object store does not answer/, since);
  assert.equal(await world.sql(`select state || ' ' || attempts from jobs where ${job}`), 'queued 0');
  await wire.mend();
  await until('its objects to be gone', async () => (await swift.objects(BUCKET)).every((key) => !key.includes(track.id)), 60, 200);
});

full('a store that hangs holds nothing up that does not need it', async () => {
  wire.holdAfter(0);
  await until('health to say so', async () => (await health()) === 503);
  assertStatus(await visitor.get('/health'), 200);
  assertStatus(await visitor.get('/readyz'), 200);
  wire.letGo();
  await until('health to be well again', async () => (await health()) === 200, 30);
});

full('what a server that was killed in the middle of a multipart upload left is swept, and not before its time', async () => {
  await until('nothing of before to be under way', async () => (await health()) === 200);
  const old = (await swift.uploads(BUCKET)).length;
  const server = new Server('object-store-killed', { ...template.settings, ...settings, DATABASE_URL: cluster.url(world.database) });
  after(() => server.remove());
  await server.start();
  wire.holdAfter(8.5 * MB);
  const sending = fetch(`${server.api}/api/v1/tracks`, { method: 'POST', headers: { authorization: `Bearer ${template.tokens.carol}` }, body: (() => {
    const form = new FormData();
    form.set('title', 'Killed');
    form.set('file', new Blob([new Uint8Array(long)]), 'killed.wav');
    return form;
  })() }).catch(() => null);
  await until('the second part to be on its way', async () => wire.holds && (await swift.uploads(BUCKET)).length === old + 1);
  await server.stop('SIGKILL');
  await sending;
  wire.letGo();
  await server.start();
  assert.equal((await swift.uploads(BUCKET)).length, old + 1, 'a day has not passed');
  await server.stop();
  await until('a second to have passed since', async () => {
    await server.start({ S3_ABANDONED_S: '1' });
    await server.stop();
    return (await swift.uploads(BUCKET)).length === 0;
  });
  await until('their parts to be gone', () => (swift.sizes()[0] ?? 0) < MB);
});

const DIRECT = { ...settings, S3_DIRECT_READS: 'true' };
const veza = (words: string[], more: Record<string, string> = {}) => new Promise<{ code: number; text: string }>((resolve) => {
  execFile(BINARY, words, { cwd: world.server.dataDir, timeout: 120_000,
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', VEZA_DATA_DIR: world.server.dataDir, ...template.settings, DATABASE_URL: cluster.url(world.database), ...settings, ...more } },
  (error, out, wrong) => resolve({ code: error ? Number(error.code ?? 1) : 0, text: out + wrong }));
});

test('where the operator wants it, segments of public tracks come from the store by a link of a minute; private and shared sound never does', async () => {
  const track = await playable(carol, { title: 'Direct', is_public: 'true' });
  const server = new Server('object-store-direct', { ...template.settings, ...DIRECT, DATABASE_URL: cluster.url(world.database) });
  after(() => server.remove());
  await server.start();
  const get = (where: string, token?: string) => fetch(`${server.stream}${where}`, { redirect: 'manual', headers: token ? { authorization: `Bearer ${token}` } : {} });
  const master = await (await get(`/hls/${track.id}/master.m3u8`)).text();
  const playlist = master.split('\n').find((line) => line.endsWith('low/playlist.m3u8'))!, folder = new URL(playlist, `http://x/hls/${track.id}/`).pathname.replace('playlist.m3u8', '');
  const version = (await world.sql(`select media_version from tracks where id = '${track.id}'`)).trim();
  const where = folder.includes(version) ? `${folder}segment_000.m4s` : `/hls/${track.id}/${version}/low/segment_000.m4s`;
  const direct = await get(where);
  assert.equal(direct.status, 302);
  assert.match(direct.headers.get('cache-control')!, /no-store/);
  const link = new URL(direct.headers.get('location')!);
  assert.ok(Number(link.searchParams.get('X-Amz-Expires')) <= 60);
  const bytes = Buffer.from(await (await fetch(link)).arrayBuffer());
  const own = await fetch(`${world.server.stream}${where}`);
  assert.ok(bytes.equals(Buffer.from(await own.arrayBuffer())));
  link.searchParams.set('X-Amz-Expires', '3600');
  assert.equal((await fetch(link)).status, 403, 'a link is good for what was signed');
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { visibility: 'private' } }), 200);
  await until('strangers to be refused', async () => (await get(where)).status === 404);
  assert.equal((await get(where, template.tokens.carol)).status, 200, 'its owner gets it from here');
  await server.stop();
  await remove(track.id);
});

full('doctor says what is wrong with a bucket, and finds and mends what rows and objects do not agree on', async () => {
  const line = async (more: Record<string, string> = {}) => (await veza(['doctor'], more)).text.split('\n').find((text) => text.includes('object store'));
  assert.match((await line())!, /✓ object store.*can be written/);
  assert.match((await line({ S3_ENDPOINT: `http://localhost:${swift.port}`, S3_PATH_STYLE: 'false' }))!, /✓ object store/, 'with the bucket as a host');
  assert.match((await line({ S3_SECRET_KEY: 'wrong' }))!, /✗ object store.*403 SignatureDoesNotMatch/);
  assert.match((await line({ S3_BUCKET: 'nothing-here' }))!, /✗ object store.*no bucket/);
  assert.match((await line({ S3_ENDPOINT: 'http://127.0.0.1:1' }))!, /✗ object store.*does not answer/);

  const track = await playable(carol, { title: 'Inspected', is_public: 'true' });
  assert.equal((await veza(['doctor', 'storage', '--age', '0'])).code, 0);
  const stray = 'originals/00000000-0000-4000-8000-000000000000', foreign = 'notes/of-somebody';
  for (const key of [stray, foreign]) assert.equal((await swift.ask('PUT', `${BUCKET}/${key}`, {}, 'lost')).status, 200);
  for (const key of (await swift.objects(BUCKET)).filter((one) => one.startsWith(`hls/${track.id}/`))) assert.equal((await swift.ask('DELETE', `${BUCKET}/${key}`)).status, 204);
  const young = await veza(['doctor', 'storage']);
  assert.match(young.text, /0 without a row .* 1 younger than 86400 s/);
  await pause(1100); /* Swift's dates are whole seconds, rounded up */
  const found = await veza(['doctor', 'storage', '--age', '0']);
  assert.equal(found.code, 1);
  assert.match(found.text, new RegExp(`no row +${stray}`));
  assert.match(found.text, new RegExp(`no file +hls/${track.id}/`));
  const mended = await veza(['doctor', 'storage', '--mend', '--age', '0']);
  assert.equal(mended.code, 0, mended.text);
  await until('the stream to be made again', async () => (await swift.objects(BUCKET)).some((key) => key.startsWith(`hls/${track.id}/`) && key.endsWith('master.m3u8')), 60, 200);
  const left = await swift.objects(BUCKET);
  assert.ok(!left.includes(stray) && left.includes(foreign), 'what is not Veza\'s stays');
  await swift.ask('DELETE', `${BUCKET}/${foreign}`);
  await finished(carol, track.id);
  await remove(track.id);
});

full('an installation moves from the bucket to the disk and back, goes on where it was ended, and every byte is the same', async () => {
  const track = await playable(carol, { file: long, title: 'Moves', is_public: 'true' });
  const [first, again] = [await veza(['storage', 'move', '--to', 'disk']), await veza(['storage', 'move', '--to', 'disk'])];
  assert.equal(first.code, 0, first.text);
  assert.match(again.text, /^0 files copied and compared/m);
  const server = new Server('object-store-disk', { ...template.settings, DATABASE_URL: cluster.url(world.database), S3_ENABLED: 'false' }, world.server.dataDir);
  await server.start();
  const reply = await fetch(`${server.api}/api/v1/tracks/${track.id}/download?format=original`, { headers: { authorization: `Bearer ${template.tokens.carol}` } });
  assert.ok(Buffer.from(await reply.arrayBuffer()).equals(long));
  await server.stop();

  await swift.makeBucket('veza-moved');
  const moved = { S3_BUCKET: 'veza-moved' };
  assert.equal((await veza(['storage', 'move', '--to', 's3'], moved)).code, 0);
  const all = (await swift.objects(BUCKET)).sort();
  assert.deepEqual((await swift.objects('veza-moved')).sort(), all);
  assert.deepEqual(await swift.uploads('veza-moved'), []);
  assert.equal((await swift.ask('DELETE', `veza-moved/originals/${track.id}`)).status, 204);
  assert.match((await veza(['storage', 'move', '--to', 's3'], moved)).text, /^1 files copied and compared/m, 'what is not there any more is copied again');
  await swift.makeBucket('veza-moved-again');
  assert.match((await veza(['storage', 'move', '--to', 's3'], { S3_BUCKET: 'veza-moved-again' })).text, new RegExp(`^${all.length} files copied and compared`, 'm'), 'another bucket has nothing yet');
  await remove(track.id);
});

full('database and objects, backed up while somebody uploads and deletes, are whole in an empty installation', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-objects-backup-')), objects = path.join(folder, 'objects'), dump = path.join(folder, 'dump');
  const done = { uploaded: 0, deleted: 0 };
  let going = true;
  const busy = (async () => {
    while (going) {
      const track = await upload(carol, { file: wav(makeSound(1)), title: `Track ${done.uploaded}`, is_public: 'true' });
      assertStatus(track, 201);
      if (done.uploaded++ % 2) continue;
      assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.body.id } }), 204);
      done.deleted++;
    }
  })();
  const copy = () => veza(['storage', 'move', '--to', 'disk'], { VEZA_DATA_DIR: objects, S3_ENDPOINT: swift.url });
  const good = async (what: Promise<{ code: number; text: string }>) => { const { code, text } = await what; assert.equal(code, 0, text); return text; };
  try {
    const before = await playable(carol, { file: long, title: 'Kept', is_public: 'true' });
    mkdirSync(objects);
    await good(copy());
    const { uploaded } = done;
    await until('more to be uploaded and deleted', () => done.uploaded > uploaded + 3);
    assert.match(await good(veza(['backup', dump])), /Objects in the bucket veza-objects are not in it/);
    await good(copy());
    going = false;
    await busy;
    t.diagnostic(`${done.uploaded} uploads and ${done.deleted} deletions meanwhile`);

    await cluster.sql('postgres', 'create database restored');
    await swift.makeBucket('veza-restored');
    const restored = { VEZA_DATA_DIR: path.join(folder, 'data'), DATABASE_URL: cluster.url('restored'), S3_BUCKET: 'veza-restored', S3_ENDPOINT: swift.url };
    await good(veza(['restore', dump], restored));
    await good(veza(['storage', 'move', '--to', 's3'], { ...restored, VEZA_DATA_DIR: objects }));
    assert.match(await good(veza(['doctor', 'storage'], restored)), /✓ files .* 0 without a row .* 0 rows without a file/);
    const server = await new Server('object-store-restored', { ...template.settings, ...settings, ...restored }, restored.VEZA_DATA_DIR).start();
    try {
      const client = new Client(server.api, {}, server.stream).as({ token: template.tokens.carol });
      const ids = (await cluster.sql('restored', 'select id from tracks where deleted_at is null')).split('\n');
      assert.ok(ids.includes(before.id) && ids.length > 3);
      for (const id of ids) {
        assert.equal((await finished(client, id)).status, 'completed');
        assert.ok((await rendition(client, id, 'low')).bytes.length > 1000);
      }
      assert.match(await good(veza(['doctor', 'storage'], restored)), /0 rows without a file/);
    } finally {
      await server.stop();
    }
  } finally {
    going = false;
    await busy;
    await cluster.drop('restored');
    rmSync(folder, { recursive: true, force: true });
  }
});
