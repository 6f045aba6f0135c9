/** Uploads in several requests: nothing that came is lost, nothing counts twice, and what is whole becomes a track as POST /tracks makes it. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { makeSound, wav } from '../support/media.ts';
import { finished } from '../support/tracks.ts';
import { begin, create, end, head, metadata, offsetOf, patch, sha256, trackOf, TUS } from '../support/tus.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('uploads');
const carol = world.as('carol'), dave = world.as('dave');

test('a file that comes in three parts becomes a track with what was said about it, byte for byte', async () => {
  const file = wav(makeSound(2)), at = [0, 1000, 70_001, file.length];
  const address = await begin(carol, { length: file.length, metadata: { filename: 'Été.wav', title: 'Late trains', tags: 'Night,rain', is_public: 'false', filetype: 'audio/wav' } });
  for (let i = 0; i < 3; i++) {
    const told = await head(carol, address);
    assertStatus(told, 200);
    assert.equal(offsetOf(told), at[i]);
    assert.equal(Number(told.headers.get('upload-length')), file.length);
    assert.equal(told.headers.get('cache-control'), 'no-store');
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
  assert.deepEqual([track.status, track.title, track.is_public, track.file_size, track.tags], ['completed', 'Late trains', false, file.length, ['night', 'rain']]);
  const original = await carol.get('/api/v1/tracks/{id}/download', { path: { id: track.id } });
  assert.equal(sha256(original.bytes), sha256(file));
});
