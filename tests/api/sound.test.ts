/** Sound that is hard to encode, from the upload to what the stream server sends. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { decode, wav, wavHeader, type Sound } from '../support/media.ts';
import { playable, rendition } from '../support/tracks.ts';
import { World } from '../support/world.ts';

const world = await World.start('sound');
const carol = world.as('carol'), root = world.as('root');
const folder = mkdtempSync('/tmp/veza-api-sound-');
after(() => rmSync(folder, { recursive: true, force: true }));

function stereo(seconds: number, signal: (t: number, channel: number) => number): Sound {
  const samples = new Int16Array(Math.round(seconds * 44100) * 2);
  samples.forEach((_, i) => { samples[i] = Math.round(32767 * signal((i >> 1) / 44100, i % 2)); });
  return { sampleRate: 44100, channels: 2, samples };
}

interface Quality { name: string; gain_db?: number; is_good?: boolean; encoder_delay: number }

async function qualityOf(id: string, name: string): Promise<Quality> {
  const info = await carol.get('/api/v1/tracks/{id}/hls/info', { path: { id } });
  assertStatus(info, 200);
  return (info.body.qualities as unknown as Quality[]).find((one) => one.name === name)!;
}

/** Signal to noise in dB, and the change of level, of a rendition against its source, from a tenth of a second on. */
async function compare(id: string, name: string, source: Sound) {
  const { gain_db: gain = 0, encoder_delay: delay } = await qualityOf(id, name), factor = 10 ** (gain / 20);
  const file = path.join(folder, `${name}.mp4`);
  writeFileSync(file, (await rendition(world.visitor, id, name)).bytes);
  const bytes = await decode(file), heard = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  let sound = 0, noise = 0, copy = 0;
  for (let i = 8820; i < source.samples.length; i++) {
    const want = source.samples[i]! * factor, have = heard[i + 2 * delay]!;
    sound += want * want;
    copy += have * have;
    noise += (want - have) ** 2;
  }
  return { snr: 10 * Math.log10(sound / noise), level: 10 * Math.log10(copy / sound), gain };
}

test('a loud tone comes back from the stream as it was uploaded', async () => {
  const tone = stereo(2, (t) => 0.9 * Math.sin(2 * Math.PI * 440 * t));
  const track = await playable(carol, { file: wav(tone), title: 'Tone' });
  assert.equal(track.status_message, null);
  for (const [name, least] of [['medium', 30], ['high', 36]] as const) {
    const { snr, level, gain } = await compare(track.id, name, tone);
    assert.ok(snr >= least, `${name}: ${snr} dB`);
    assert.ok(Math.abs(level) < 0.2, `${name}: ${level} dB louder`);
    assert.ok(gain < 0, `${name}: ${gain} dB for the room that coding needs`);
  }
  const master = (await world.visitor.send('GET', `/api/v1/tracks/${track.id}/hls/master.m3u8`)).bytes.toString();
  const { gain_db } = await qualityOf(track.id, 'high');
  assert.match(master, new RegExp(`X-GAIN-DB=${gain_db!.toFixed(2)},CODECS="mp4a.40.2"\\nhigh/`));
  assert.doesNotMatch(master, /X-GAIN-DB[^\n]*\nlossless/);
});

test('the owner is told how many samples were no sound', async () => {
  const samples = new Float32Array(44100).map((_, i) => 0.3 * Math.sin(i / 20));
  samples[1000] = NaN;
  samples[2000] = Infinity;
  samples[3000] = 1e30;
  const header = wavHeader(samples.byteLength, { channels: 1, bits: 32 });
  header.writeUInt16LE(3, 20);
  const track = await playable(carol, { file: Buffer.concat([header, Buffer.from(samples.buffer)]), title: 'Damaged' });
  assert.match(track.status_message ?? '', /no sound .*: 3\. They were replaced/);
  assert.deepEqual(track.processing_notes, [{ code: 'mended_samples', count: 3, qualities: null }]);
});

test('a track that both encoders miss is published, its owner is told, and administrators find it', async () => {
  const sweep = stereo(2, (t, channel) => 0.5 * Math.sin(2 * Math.PI * (channel ? 9000 * t - 2000 * t * t : 200 * t + 3000 * t * t)));
  const track = await playable(carol, { file: wav(sweep), title: 'Sweep' });
  assert.equal((await qualityOf(track.id, 'low')).is_good, false);
  assert.equal((await qualityOf(track.id, 'high')).is_good, true);
  assert.match(track.status_message ?? '', /These qualities differ .*: low\./);
  assert.deepEqual(track.processing_notes, [{ code: 'missed_quality', count: null, qualities: ['low'] }]);
  const found = await root.get('/api/v1/tracks/missed-quality');
  assertStatus(found, 200);
  assert.deepEqual(found.body.items.map((one) => one.id), [track.id]);
  assert.equal(found.body.items[0]!.creator.username, 'carol');
  const [missed, ...others] = found.body.items[0]!.qualities as unknown as Record<string, unknown>[];
  assert.deepEqual([missed!.name, others.length], ['low', 0]);
  for (const figure of ['nmr_db', 'level_change_db', 'true_peak_dbtp', 'gain_db']) assert.equal(typeof missed![figure], 'number', figure);
});
