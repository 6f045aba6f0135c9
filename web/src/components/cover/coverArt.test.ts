import { expect, it } from 'vitest';
import { levelsFromId } from '@/lib/peaks/levels';
import { coverArt } from './coverArt';

const ids = Array.from({ length: 200 }, (_, i) => `0b9c6a1e-0000-4000-8000-${String(i).padStart(12, '0')}`);
const levels = levelsFromId('some track', 64);

it('draws the same cover for the same track every time', () => {
  for (const id of ids) expect(coverArt(id, levels)).toEqual(coverArt(id, [...levels]));
});

it('draws a different cover when the sound differs', () => {
  const other = levels.map((level) => 1 - level);
  for (const id of ids) expect(coverArt(id, levels).shapes).not.toEqual(coverArt(id, other).shapes);
});

it('gives tracks of one sound but different ids different covers', () => {
  expect(new Set(ids.map((id) => JSON.stringify(coverArt(id, levels)))).size).toBeGreaterThan(150);
});

it('uses every hue, so that a page of covers is colourful', () => {
  const sectors = new Set(ids.map((id) => Math.floor(coverArt(id, levels).hue / 30)));
  expect(sectors.size).toBe(12);
});

it('never writes a number that SVG cannot read', () => {
  for (const id of ids) {
    for (const shape of coverArt(id, [0, 1, 0.5]).shapes) expect(shape.d).toMatch(/^[MLHVCAZmlhvcaz0-9 .-]+$/);
  }
});
