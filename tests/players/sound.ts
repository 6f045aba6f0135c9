/** Melodies that no two tracks share, and whether what was heard is one of them: all of it, nothing else, as fast and as loud. */
import type { Sound } from '../support/media.ts';
import { seeded } from '../support/random.ts';

export const RATE = 44100;
/** Of what is compared at a time, and how much of the source has to be alike in it. The lossy renditions of a melody reach 0.998. */
const WINDOW = RATE / 4, ALIKE = 0.98;
/** Decibels. */
const LOUDER = 0.7;
/** What a codec may add at the beginning and the end, and what a clock may be wrong, in frames. */
const EDGE = 0.06 * RATE, DRIFT = 48;
/** Coarse search: one sample for so many; it may be wrong by some periods of a tone. */
const STEP = 4, NEAR = 600;
const SILENT = 24;

/** Notes of a fifth of a second, other ones on the left than on the right. */
export function melody(seconds: number, seed: number, { channels = 2 } = {}): Sound {
  const { below } = seeded(seed + 1), note = RATE / 5, frames = Math.round(seconds * RATE), samples = new Int16Array(frames * channels);
  for (let channel = 0; channel < channels; channel++)
    for (let from = 0; from < frames; from += note) {
      const pitch = 2 * Math.PI * 180 * 2 ** (below(36) / 12) / RATE, loud = 5000 + below(9000);
      for (let i = 0; i < note && from + i < frames; i++) {
        const swell = Math.min(1, i / 400, (note - i) / 400) * 0.85 + 0.15;
        samples[(from + i) * channels + channel] = Math.round(loud * swell * (Math.sin(pitch * i) + 0.3 * Math.sin(2 * pitch * i + 1)));
      }
    }
  return { sampleRate: RATE, channels, samples };
}

/** One of two channels as numbers; of one channel, that one. */
function channelOf({ channels, samples }: Sound, channel: number): Float32Array {
  const frames = samples.length / channels, out = new Float32Array(frames), at = Math.min(channel, channels - 1);
  for (let i = 0; i < frames; i++) out[i] = samples[i * channels + at]!;
  return out;
}

const coarse = (samples: Float32Array) => Float32Array.from({ length: Math.floor(samples.length / STEP) }, (_, i) => {
  let sum = 0;
  for (let j = 0; j < STEP; j++) sum += samples[i * STEP + j]!;
  return sum / STEP;
});

/** How alike `a` from `i` on and `b` from `j` on are, 1 at most; and how much louder `a` is. */
function compare(a: Float32Array, i: number, b: Float32Array, j: number, length: number): { alike: number; gain: number } {
  let ab = 0, aa = 0, bb = 0;
  for (let k = 0; k < length; k++) {
    const x = a[i + k] ?? 0, y = b[j + k] ?? 0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return { alike: ab / Math.sqrt(aa * bb || 1), gain: aa / (bb || 1) };
}

/** Where between `from` and `to` of `heard` the window of `source` at `at` is. */
function find(heard: Float32Array, source: Float32Array, at: number, from: number, to: number, length: number): { place: number; alike: number } {
  let best = { place: 0, alike: -1 };
  for (let place = Math.max(0, from); place <= Math.min(to, heard.length - length); place++) {
    const { alike } = compare(heard, place, source, at, length);
    if (alike > best.alike) best = { place, alike };
  }
  return best;
}

/** First frame and the one behind the last that are not silent, of both channels. */
export function sounding({ channels, samples }: Sound): { from: number; to: number } | undefined {
  const loud = (sample: number) => Math.abs(sample) > SILENT, first = samples.findIndex(loud);
  return first < 0 ? undefined : { from: Math.floor(first / channels), to: Math.floor(samples.findLastIndex(loud) / channels) + 1 };
}

/** What is wrong with what was heard, or ''. `part`: it was begun at `from` seconds, give or take `reach`, and ended before its end. `louder`: than the source, in dB. */
export function complaintOf(heard: Sound, source: Sound, { part, louder = 0 }: { part?: { from: number; reach: number; seconds: number }; louder?: number } = {}): string {
  const sound = sounding(heard);
  if (!sound) return 'nothing is heard';
  if (heard.sampleRate !== RATE || source.sampleRate !== RATE) throw new Error('another rate');
  const ears = [0, 1].map((channel) => channelOf(heard, channel)), wanted = [0, 1].map((channel) => channelOf(source, channel));
  /* A window that is well inside is looked for everywhere, roughly, and then exactly. */
  const probe = part ? { heard: sound.from + RATE, length: 2 * WINDOW } : { heard: sound.from + WINDOW, length: 2 * WINDOW };
  const range = part ? [(part.from - part.reach) * RATE, (part.from + part.reach + part.seconds) * RATE] as const : [0, 1.5 * RATE] as const;
  const rough = find(coarse(wanted[0]!), coarse(ears[0]!), Math.floor(probe.heard / STEP), Math.floor(range[0] / STEP), Math.floor(range[1] / STEP), probe.length / STEP);
  const exact = find(wanted[0]!, ears[0]!, probe.heard, rough.place * STEP - NEAR, rough.place * STEP + NEAR, probe.length);
  if (exact.alike < ALIKE) return `it is something else, or not as fast: alike by ${exact.alike.toFixed(3)} at best`;
  const lag = probe.heard - exact.place, begins = sound.from - lag, ends = sound.to - lag, frames = wanted[0]!.length;
  const at = (frame: number) => `${(frame / RATE).toFixed(2)} s`;
  if (part) {
    if (Math.abs(begins / RATE - part.from) > part.reach) return `it begins at ${at(begins)} of the track, not at ${part.from} s`;
    if (ends - begins < part.seconds * RATE) return `only ${at(ends - begins)} are heard`;
  } else {
    if (Math.abs(begins) > EDGE) return `it begins at ${at(begins)} of the track`;
    if (Math.abs(ends - frames) > EDGE) return `it ends at ${at(ends)} of the track, which is ${at(frames)} long`;
  }
  /* With a codec's edges left out, every window is as it was, at its place, in each ear. */
  for (let from = Math.max(begins, 0) + EDGE; from + WINDOW < Math.min(ends, frames) - EDGE; from += WINDOW)
    for (const ear of [0, 1] as const) {
      const start = Math.round(from), best = find(ears[ear]!, wanted[ear]!, start, start + lag - DRIFT, start + lag + DRIFT, WINDOW);
      if (best.alike < ALIKE) return `at ${at(start)} of the track, ${ear ? 'right' : 'left'}, something else is heard, or at another time: alike by ${best.alike.toFixed(3)}`;
      const gain = 10 * Math.log10(compare(ears[ear]!, best.place, wanted[ear]!, start, WINDOW).gain);
      if (Math.abs(gain - louder) > LOUDER) return `at ${at(start)} of the track, ${ear ? 'right' : 'left'}, it is ${gain.toFixed(1)} dB louder`;
    }
  return '';
}
