import { describe, expect, it } from 'vitest';
import { bandEdges, bands } from './spectrum';

describe('bands of the spectrum', () => {
  it('rise, never overlap and stay inside the bins', () => {
    const edges = bandEdges(40, 1024, 48_000);
    expect(edges).toHaveLength(41);
    for (let i = 1; i < edges.length; i += 1) expect(edges[i]).toBeGreaterThan(edges[i - 1] ?? 0);
    expect(edges.at(-1)).toBeLessThanOrEqual(1024);
  });

  it('show a tone in one band', () => {
    const edges = bandEdges(20, 1024, 48_000);
    const data = new Uint8Array(1024);
    data[Math.round(1000 / (24_000 / 1024))] = 255;
    const levels = bands(data, edges);
    expect(levels.filter((l) => l > 0)).toEqual([1]);
  });
});
