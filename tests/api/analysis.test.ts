/** Tempo, key and timbre: measured when a track is processed; what a person says wins; what is not sure is not told. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { wav, type Sound } from '../support/media.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { World } from '../support/world.ts';

const world = await World.start('analysis');
const alice = world.as('alice'), carol = world.as('carol');

function mono(seconds: number, signal: (t: number) => number): Sound {
  return { sampleRate: 22050, channels: 1, samples: Int16Array.from({ length: seconds * 22050 }, (_, i) => 32767 * signal(i / 22050)) };
}

/** A minor: each beat a chord that dies away over a low thump. */
const song = (bpm: number) => mono(30, (t) => {
  const beats = t * bpm / 60, inBeat = (beats % 1) * 60 / bpm, chord = [[57, 60, 64], [53, 57, 60], [50, 53, 57], [52, 56, 59]][Math.floor(beats / 4) % 4]!;
  const tones = chord.flatMap((note) => [1, 2, 3].map((h) => 0.08 / h * Math.sin(2 * Math.PI * 440 * 2 ** ((note - 69) / 12) * h * t)));
  return tones.reduce((sum, tone) => sum + tone) * Math.exp(-3 * inBeat) * Math.min(1, inBeat * 300) + 0.4 * Math.exp(-30 * inBeat) * Math.sin(2 * Math.PI * 55 * inBeat);
});
let state = 1;
const noise = mono(10, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5);

async function analysis(id: string, client: Client = carol) {
  const reply = await client.get('/api/v1/tracks/{id}/analysis', { path: { id } });
  assertStatus(reply, 200);
  return reply.body;
}
const change = async (id: string, body: object) => assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id }, body }), 200);

const track = await playable(carol, { file: wav(song(128)), title: 'Clear beat' });

test('a track is measured when it is processed, and what was measured is not what its owner said', async () => {
  const heard = await analysis(track.id, world.visitor);
  assert.deepEqual([heard.bpm, heard.bpm_source, heard.musical_key, heard.key_source], [128, 'measured', 'A minor', 'measured']);
  assert.ok(heard.bpm_confidence! >= 0.5 && heard.key_confidence! >= 0.5);
  assert.ok(Math.abs(heard.beat_s! - 60 / 128) < 0.0005 && heard.first_beat_s! < heard.beat_s!);
  assert.ok(Math.abs(heard.tuning_cents!) < 3);
  assert.deepEqual([heard.timbre_mean!.length, heard.timbre_deviation!.length], [13, 13]);
  assert.deepEqual([track.bpm, track.musical_key], [null, null]);
});

test('what a person says wins until they take it back', async () => {
  await change(track.id, { bpm: 64, musical_key: 'C major' });
  const said = await analysis(track.id);
  assert.deepEqual([said.bpm, said.bpm_source, said.musical_key, said.key_source], [64, 'person', 'C major', 'person']);
  assert.deepEqual([said.measured_bpm, said.measured_key], [128, 'A minor']);
  assert.equal(said.beat_s, null, 'beats of another tempo are no beats of this one');
  await change(track.id, { bpm: 127 });
  assert.ok((await analysis(track.id)).beat_s, 'a rounded tempo is the same');
  await change(track.id, { bpm: null, musical_key: null });
  assert.deepEqual(await analysis(track.id).then((now) => [now.bpm, now.bpm_source, now.key_source]), [128, 'measured', 'measured']);
});

test('noise has neither tempo nor key, and says so', async () => {
  const { id } = await playable(carol, { file: wav(noise), title: 'Noise' });
  const heard = await analysis(id);
  assert.deepEqual([heard.bpm, heard.bpm_source, heard.measured_bpm, heard.musical_key, heard.key_source, heard.measured_key], [null, 'unsure', null, null, 'unsure', null]);
  assert.deepEqual([heard.first_beat_s, heard.beat_s, heard.tuning_cents], [null, null, null]);
});

test('another sound is measured anew', async () => {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(wav(song(100)))], { type: 'audio/wav' }), 'slower.wav');
  assertStatus(await carol.post('/api/v1/tracks/{id}/versions', { path: { id: track.id }, body: form }), 201);
  await until('the new sound to be measured', async () => (await analysis(track.id)).bpm === 100, 120, 100);
});

test('of a track that one may not see nothing is told; of one that was never measured, that nothing was', async () => {
  await change(track.id, { visibility: 'private' });
  assertProblem(await alice.get('/api/v1/tracks/{id}/analysis', { path: { id: track.id } }), 404);
  await world.sql(`delete from track_analysis where track_id = '${track.id}'`);
  const nothing = await analysis(track.id);
  assert.deepEqual([nothing.bpm, nothing.bpm_source, nothing.key_source, nothing.measured_at], [null, null, null, null]);
});

test('what was never measured is measured by itself, while nothing is to be processed; what fails twice is left alone', async () => {
  await change(track.id, { visibility: 'public' });
  const before = await playable(carol, { file: wav(song(96)), title: 'From before' }), broken = await playable(carol, { file: wav(noise), title: 'Broken since' });
  const look = () => world.sql(`update jobs set run_at = now() where kind = 'tracks_measure' and state = 'queued'; notify jobs`);
  const looked = async () => {
    const since = await world.sql('select clock_timestamp()');
    await until('the job to have looked', async () => {
      await look();
      return (await world.sql(`select count(*) from jobs where kind = 'tracks_measure' and locked_at > '${since}' and state = 'queued'`)) === '1';
    }, 60, 100);
  };
  const [streams, versions] = [() => world.sql(`select media_version from tracks where id = '${before.id}'`), await world.sql(`select media_version from tracks where id = '${before.id}'`)];
  await world.server.overwrite(await world.sql(`select file_path from tracks where id = '${broken.id}'`), 'no sound any more');

  await world.sql(`insert into jobs (kind, payload, dedupe_key, state, locked_by, heartbeat_at) values ('transcode', '{}', 'busy', 'running', 'elsewhere', now() + interval '1 hour');
    delete from track_analysis where track_id in ('${track.id}', '${before.id}', '${broken.id}')`);
  await looked();
  await looked();
  assert.equal(await world.sql('select count(*) from track_analysis_failures'), '0');
  assert.equal((await analysis(before.id)).measured_at, null, 'not while something is processed');

  await world.sql(`delete from jobs where dedupe_key = 'busy'`);
  await look(); /* once: it goes on by itself until there is no more */
  await until('both to be measured', async () => (await analysis(before.id)).measured_at && (await analysis(track.id)).measured_at, 60, 200);
  const found = await analysis(before.id);
  assert.deepEqual([found.bpm, found.bpm_source, found.musical_key, found.timbre_mean!.length], [96, 'measured', 'A minor', 13]);
  assert.equal(await streams(), versions, 'it plays from the same files as before');
  const failures = () => world.sql(`select failures || ' ' || code from track_analysis_failures where track_id = '${broken.id}'`);
  await until('it to have failed twice', async () => {
    await look();
    return (await failures()) === '2 not_audio';
  }, 60, 200);
  for (let n = 0; n < 3; n++) await looked();
  assert.equal(await failures(), '2 not_audio');
  assert.equal((await analysis(broken.id)).measured_at, null);
  assert.equal(await world.sql(`select status from tracks where id = '${broken.id}'`), 'completed', 'the track is as it was');
});
