/** What the comparison of sounds finds, so that a player that plays badly fails. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Sound } from '../support/media.ts';
import { complaintOf, melody, RATE } from './sound.ts';

const source = melody(4, 7);

/** As a recorder hears it: silence before and behind, and a change on the way. */
function heard(change: (samples: Int16Array) => Int16Array = (samples) => samples): Sound {
  const changed = change(source.samples.slice()), samples = new Int16Array(changed.length + 4 * RATE);
  samples.set(changed, 2 * 33333);
  return { ...source, samples };
}

test('a melody is known again, whenever it was begun', () => {
  assert.equal(complaintOf(heard(), source), '');
  assert.equal(complaintOf(heard((samples) => samples.map((x) => x * 0.97)), source), '');
  assert.equal(complaintOf(heard((samples) => samples.slice(2 * RATE, 6 * RATE)), source, { part: { from: 1, reach: 0.1, seconds: 1.9 } }), '');
});

const pair = (samples: Int16Array, frame: (i: number) => number, frames: number) =>
  Int16Array.from({ length: frames * 2 }, (_, i) => samples[2 * frame(i >> 1) + (i & 1)] ?? 0);
const faults: [string, (samples: Int16Array) => Int16Array, RegExp][] = [
  ['another melody', () => melody(4, 8).samples, /something else/],
  ['silence', (samples) => samples.fill(0), /nothing is heard/],
  ['half a per cent faster', (samples) => pair(samples, (i) => Math.floor(i * 1.005), 4 * RATE), /something else|at another time/],
  ['of 48 kHz as if it were 44.1', (samples) => pair(samples, (i) => Math.floor(i * 48 / 44.1), 3 * RATE), /something else/],
  ['a tenth of a second left out', (samples) => pair(samples, (i) => (i < 2 * RATE ? i : i + RATE / 10), 3.9 * RATE), /at another time|ends at/],
  ['a silence of a twentieth of a second in between', (samples) => samples.fill(0, 4 * RATE, 4.1 * RATE), /something else/],
  ['a silence put in', (samples) => pair(samples, (i) => (i < 2 * RATE ? i : i < 2.1 * RATE ? -1 : i - RATE / 10), 4.1 * RATE), /at another time|ends at/],
  ['no end', (samples) => samples.slice(0, 7 * RATE), /ends at/],
  ['no beginning', (samples) => samples.slice(RATE), /begins at/],
  ['half as loud', (samples) => samples.map((x) => x / 2), /dB louder/],
  ['left on the right', (samples) => samples.map((_, i) => samples[i ^ 1]!), /something else/],
  ['one ear only', (samples) => samples.map((x, i) => (i & 1 ? 0 : x)), /something else/],
];
for (const [name, change, expected] of faults) test(`a fault is heard: ${name}`, () => assert.match(complaintOf(heard(change), source), expected));
