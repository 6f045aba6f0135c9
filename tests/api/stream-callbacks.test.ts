/** A stream server without the database: it takes the job of a track, writes its files to the store, and tells the API. */
import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { decode, makeSound, pcm, wav } from '../support/media.ts';
import { STREAM_SECRET } from '../support/requests.ts';
import { Server } from '../support/server.ts';
import { finished, playable, rendition, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { cluster, template, World } from '../support/world.ts';

/* The API alone, and a whole installation elsewhere, which does the work of the stream server. */
const settings = { STREAM_SECRET, JOB_STALE_S: '5' };
const world = await World.start('stream-callbacks', settings);
await world.server.stop();
await world.server.start({}, ['api']);
const elsewhere = await World.start('stream-elsewhere');
const carol = world.as('carol'), api = world.visitor;
const sound = makeSound(9, { seed: 5 }), file = wav(sound);
const headers = { 'x-stream-secret': STREAM_SECRET };
const newRun = () => randomBytes(8).toString('hex');
const tell = (body: { type: 'started' | 'progress' | 'failed'; track_id: string; version: string } & Record<string, unknown>, secret = headers) =>
  api.post('/api/v1/internal/stream-events', { body: body as never, headers: secret });
const ready = (id: string, version: string, result: object, secret: Record<string, string> = headers) =>
  api.post('/api/v1/internal/tracks/{id}/stream-ready', { path: { id }, body: { version, result } as never, headers: secret });

const made = await playable(elsewhere.as('carol'), { file });
const run = await elsewhere.sql(`select media_version from tracks where id = '${made.id}'`);
const result = JSON.parse(await elsewhere.sql(`select json_build_object('format', t.format, 'bit_rate', t.bitrate * 1000, 'sample_rate', t.sample_rate, 'channels', t.channels,
  'bit_depth', t.bit_depth, 'duration_ms', t.duration_ms, 'samples', t.samples, 'mended_samples', 0, 'ended_early', false, 'loudness_lufs', t.loudness_lufs,
  'loudness_range_lu', t.loudness_range_lu, 'true_peak_dbtp', t.true_peak_dbtp, 'fingerprint', t.fingerprint, 'renditions', h.info -> 'qualities')
  from tracks t join hls_streams h on h.track_id = t.id where t.id = '${made.id}'`)) as object;

/** Puts the files of a run into the store of the API. */
async function deliver(id: string, version: string): Promise<void> {
  for (const key of (await elsewhere.server.storedKeys()).filter((one) => one.startsWith(`hls/${made.id}/${run}/`) || one.startsWith(`waveforms/${made.id}/${run}`)))
    await world.server.overwrite(key.replace(`${made.id}/${run}`, `${id}/${version}`), await elsewhere.server.stored(key));
}

async function uploaded(): Promise<string> {
  const reply = await upload(carol, { file });
  assertStatus(reply, 201);
  return reply.body.id;
}

test('a track is processed wholly by what a stream server tells', async () => {
  const id = await uploaded(), version = newRun();
  const started = await tell({ type: 'started', track_id: id, version });
  assertStatus(started, 200);
  assert.deepEqual(await world.server.stored(started.body.input!), file, 'it is told which file to process');
  assertStatus(await tell({ type: 'progress', track_id: id, version, stage: 'transcoding', progress: 0.5 }), 200);
  const status = await carol.get('/api/v1/tracks/{id}/status', { path: { id } });
  assert.equal(status.body.stage, 'transcoding');
  assert.equal(status.body.progress, 0.5);
  assertProblem(await ready(id, version, result), 409, 'conflict', 'the files are not there');
  await deliver(id, version);
  assertStatus(await ready(id, version, result), 200);
  const track = (await carol.get('/api/v1/tracks/{id}', { path: { id } })).body;
  assert.equal(track.status, 'completed');
  assert.equal(track.duration_ms, 9000);
  assert.equal(track.loudness_lufs, made.loudness_lufs);
  const played = path.join(world.server.dataDir, 'played.mp4');
  writeFileSync(played, (await rendition(carol, id, 'lossless')).bytes);
  assert.deepEqual(await decode(played), pcm(sound));
  const events = () => world.sql(`select count(*) from outbox where name = 'transcoding.completed' and key = '${id}'`);
  assert.equal(await events(), '1');
  assertStatus(await ready(id, version, result), 200, 'told twice');
  assertStatus(await tell({ type: 'failed', track_id: id, version }), 200, 'what ended well does not fail any more');
  assert.equal(await events(), '1', 'it counts once');
  assert.equal((await carol.get('/api/v1/tracks/{id}', { path: { id } })).body.status, 'completed');
  assert.equal(await world.sql(`select state from jobs where dedupe_key = 'transcode:${id}'`), 'done');
});

test('a job is held by one run, and nobody else ends it', async () => {
  const id = await uploaded(), version = newRun(), other = newRun();
  assertStatus(await tell({ type: 'started', track_id: id, version }), 200);
  assertStatus(await tell({ type: 'started', track_id: id, version }), 200, 'told twice');
  assert.equal(await world.sql(`select attempts from jobs where dedupe_key = 'transcode:${id}'`), '1');
  assertProblem(await tell({ type: 'started', track_id: id, version: other }), 409, 'conflict');
  assertProblem(await tell({ type: 'progress', track_id: id, version: other }), 409, 'conflict');
  await deliver(id, other);
  assertProblem(await ready(id, other, result), 409, 'conflict');
  assertStatus(await tell({ type: 'failed', track_id: id, version, code: 'corrupt', message: 'This file is damaged.' }), 200);
  assertStatus(await tell({ type: 'failed', track_id: id, version, code: 'corrupt', message: 'This file is damaged.' }), 200, 'told twice');
  const track = (await carol.get('/api/v1/tracks/{id}', { path: { id } })).body;
  assert.deepEqual([track.status, track.failure_code, track.status_message], ['failed', 'corrupt', 'This file is damaged.']);
  assertProblem(await tell({ type: 'started', track_id: id, version: newRun() }), 409, 'conflict', 'there is no job any more');
  assertProblem(await tell({ type: 'progress', track_id: template.ids.carol, version }), 404);
  assertProblem(await ready(template.ids.carol, version, result), 404);
});

test('nothing counts without the secret', async () => {
  const id = await uploaded(), version = newRun();
  for (const secret of ['', 'wrong', STREAM_SECRET.slice(1), `${STREAM_SECRET}x`]) {
    assertProblem(await tell({ type: 'started', track_id: id, version }, { 'x-stream-secret': secret }), 401);
    assertProblem(await ready(id, version, result, { 'x-stream-secret': secret }), 401);
  }
  assertProblem(await ready(id, version, result, {}), 401);
  assert.equal(await world.sql(`select state from jobs where dedupe_key = 'transcode:${id}'`), 'queued');
  assertProblem(await ready(id, '../../originals00', result), 422);
  assertProblem(await ready(id, version, { ...result, duration_ms: 'long' }), 422);
});

test('a run that is not heard of any more loses the job to a worker, and its files do not count', async () => {
  const id = await uploaded(), version = newRun();
  assertStatus(await tell({ type: 'started', track_id: id, version }), 200);
  const worker = new Server('stream-callbacks-worker', { ...template.settings, DATABASE_URL: cluster.url(world.database), ...settings }, world.server.dataDir);
  after(() => worker.stop());
  await worker.start({}, ['worker']);
  assert.equal((await finished(carol, id)).status, 'completed');
  const before = await world.sql(`select media_version from tracks where id = '${id}'`);
  await deliver(id, version);
  await until('the job to be done', async () => await world.sql(`select state from jobs where dedupe_key = 'transcode:${id}'`) === 'done');
  assertProblem(await ready(id, version, result), 409, 'conflict');
  assert.equal(await world.sql(`select media_version from tracks where id = '${id}'`), before);
});
