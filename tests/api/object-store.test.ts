/** Files in a bucket: a real Swift, which speaks S3 and checks every signature. */
import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { decode, makeSound, pcm, png, wav } from '../support/media.ts';
import { Swift } from '../support/swift.ts';
import { playable, rendition } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { World } from '../support/world.ts';

const BUCKET = 'veza-objects';
const swift = new Swift();
after(() => swift.remove());
await swift.start();
await swift.makeBucket(BUCKET);
const world = await World.start('object-store', swift.settings(BUCKET));
const carol = world.as('carol'), visitor = world.visitor;

test('a track is uploaded, processed, streamed, fetched in ranges and deleted, and no object of it stays', async () => {
  const sound = makeSound(12, { seed: 4 }), file = wav(sound);
  const track = await playable(carol, { file, title: 'In a bucket', cover: png(600, 600), is_public: 'true' });
  const kept = await swift.objects(BUCKET);
  for (const start of [`originals/${track.id}`, `covers/${track.id}/`, `hls/${track.id}/`, `waveforms/${track.id}/`])
    assert.ok(kept.some((key) => key.startsWith(start)), `${start} is in the bucket`);
  assert.deepEqual(await swift.uploads(BUCKET), []);

  const lossless = await rendition(visitor, track.id, 'lossless');
  const saved = path.join(world.server.dataDir, 'lossless.mp4');
  writeFileSync(saved, lossless.bytes);
  assert.ok(pcm(sound).equals(await decode(saved)), 'every sample came back');

  const where = `/api/v1/tracks/${track.id}/hls/low/segment_000.m4s`;
  const whole = await visitor.send('GET', where), part = await visitor.send('GET', where, { headers: { range: 'bytes=100-199' } });
  assertStatus(part, 206);
  assert.ok(part.bytes.equals(whole.bytes.subarray(100, 200)));

  const original = await carol.get('/api/v1/tracks/{id}/download', { path: { id: track.id }, query: { format: 'original' } });
  assertStatus(original, 200);
  assert.ok(original.bytes.equals(Buffer.from(file)));

  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 204);
  await until('the objects to be gone', async () => (await swift.objects(BUCKET)).every((key) => !key.includes(track.id)), 60, 200);
});
