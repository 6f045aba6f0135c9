/* From an analyser's bins to a few bars that look like what one hears. */

const LOWEST_HZ = 40;
const HIGHEST_HZ = 14_000;

/** Edges, in bins, of `count` bands that are equally wide to the ear. */
export function bandEdges(count: number, bins: number, sampleRate: number): number[] {
  const binHz = sampleRate / 2 / bins;
  const ratio = HIGHEST_HZ / LOWEST_HZ;
  const edges: number[] = [];
  for (let i = 0; i <= count; i += 1) {
    const bin = Math.floor((LOWEST_HZ * ratio ** (i / count)) / binHz);
    edges.push(Math.min(bins, Math.max(bin, (edges[i - 1] ?? 0) + (i > 0 ? 1 : 0))));
  }
  return edges;
}

/** The loudest bin (0 to 255) of each band, as 0 to 1. */
export function bands(data: ArrayLike<number>, edges: readonly number[]): number[] {
  const levels: number[] = [];
  for (let i = 0; i + 1 < edges.length; i += 1) {
    let loudest = 0;
    for (let bin = edges[i] ?? 0; bin < (edges[i + 1] ?? 0); bin += 1) loudest = Math.max(loudest, data[bin] ?? 0);
    levels.push(loudest / 255);
  }
  return levels;
}
