import { expect, it } from 'vitest';
import { barsPath, levelsFromId, levelsOf } from './levels';

const waveform = (data: number[]) => ({ version: 2, channels: 1, sample_rate: 44_100, samples_per_pixel: 256, bits: 8, length: data.length / 2, data });

it('shows the loud part loud and the silent part silent', () => {
  const levels = levelsOf(waveform([...Array.from({ length: 50 }, () => [0, 0]).flat(), ...Array.from({ length: 50 }, () => [-100, 90]).flat()]), 10);
  expect(levels.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  expect(levels.slice(5)).toEqual([1, 1, 1, 1, 1]);
});

it('has as many bars as asked for, with few peaks as with many', () => {
  expect(levelsOf(waveform([-10, 10]), 40)).toHaveLength(40);
  expect(levelsOf(waveform(Array.from({ length: 2000 }, () => 5)), 40)).toHaveLength(40);
});

it('does not divide by nothing on silence or without peaks', () => {
  expect(levelsOf(waveform([0, 0, 0, 0]), 4)).toEqual([0, 0, 0, 0]);
  expect(levelsOf(waveform([]), 2)).toEqual([0, 0]);
});

it('makes up the same levels for the same id, all within the box', () => {
  expect(levelsFromId('a', 64)).toEqual(levelsFromId('a', 64));
  expect(levelsFromId('a', 64)).not.toEqual(levelsFromId('b', 64));
  for (const level of levelsFromId('a', 64)) expect(level > 0 && level <= 1).toBe(true);
});

it('draws one bar for each level', () => expect(barsPath([0, 0.5, 1]).match(/M/g)).toHaveLength(3));
