/* The art of a track without a cover: drawn from its own peaks, coloured by its id. The same track always looks the same. */

import { hash, hueOf } from '@/lib/color/hue';

export interface CoverArt {
  hue: number;
  background: string;
  /** Back to front, in a box of 100 by 100. */
  shapes: { d: string; fill?: string; stroke?: string; strokeWidth?: number }[];
}

const n = (value: number) => value.toFixed(1);

function at(levels: readonly number[], i: number): number {
  return levels[((i % levels.length) + levels.length) % levels.length] ?? 0;
}

/** Thick bars that run off the edges. */
function bars(levels: readonly number[], baseline: number): string {
  const count = 16;
  const step = 100 / count;
  return Array.from({ length: count }, (_, i) => {
    const level = at(levels, Math.floor((i * levels.length) / count));
    const up = 6 + level * (baseline - 10);
    const down = 3 + level * (100 - baseline) * 0.7;
    return `M${n(i * step + step * 0.15)} ${n(baseline - up)}h${n(step * 0.7)}v${n(up + down)}h-${n(step * 0.7)}z`;
  }).join('');
}

/** The track once around, as on a record. */
function record(levels: readonly number[], inner: number, outer: number): string {
  const count = 72;
  return Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * Math.PI * 2 - Math.PI / 2;
    const reach = inner + 2 + at(levels, Math.floor((i * levels.length) / count)) * (outer - inner);
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    return `M${n(50 + x * inner)} ${n(50 + y * inner)}L${n(50 + x * reach)} ${n(50 + y * reach)}`;
  }).join('');
}

/** One stretch of the track as a hill, closed below so that it hides the hills behind. */
function hill(levels: readonly number[], from: number, y: number, height: number): string {
  const count = 14;
  let d = `M-2 102V${n(y)}`;
  let [px, py] = [-2, y];
  for (let i = 0; i <= count; i += 1) {
    const x = (i / count) * 104 - 2;
    const bell = Math.sin((i / count) * Math.PI) ** 1.4;
    const top = y - at(levels, from + i) * height * (0.25 + 0.75 * bell);
    d += `C${n(px + 3.7)} ${n(py)} ${n(x - 3.7)} ${n(top)} ${n(x)} ${n(top)}`;
    [px, py] = [x, top];
  }
  return `${d}V102z`;
}

/** The track lying down: a bar for each moment, from the left. */
function stack(levels: readonly number[], from: number, count: number, mirrored: boolean): string {
  const step = 100 / count;
  return Array.from({ length: count }, (_, i) => {
    const width = 8 + at(levels, from + Math.floor((i * levels.length) / count)) * 78;
    return `M${mirrored ? n(100 - width) : '0'} ${n(i * step + step * 0.14)}h${n(width)}v${n(step * 0.72)}h-${n(width)}z`;
  }).join('');
}

export function coverArt(id: string, levels: readonly number[]): CoverArt {
  const seed = hash(`${id}:cover`);
  const hue = hueOf(id);
  const turn = (40 + ((seed >>> 8) % 60)) * ((seed >>> 3) % 2 === 0 ? 1 : -1);
  const second = (hue + turn + 360) % 360;
  const night = `oklch(0.26 0.06 ${hue})`;
  const vivid = `oklch(0.8 0.15 ${hue})`;
  const other = `oklch(0.68 0.17 ${second})`;
  const deep = `oklch(0.45 0.12 ${hue})`;
  const bright = (seed >>> 5) % 2 === 0;
  const [ground, front] = bright ? [vivid, night] : [night, vivid];

  switch (seed % 4) {
    case 0:
      return {
        hue,
        background: ground,
        shapes: [
          { d: 'M0 62h100v38H0z', fill: bright ? other : deep },
          { d: bars(levels, 62), fill: front },
        ],
      };
    case 1:
      return {
        hue,
        background: ground,
        shapes: [
          { d: 'M50 2a48 48 0 1 0 .01 0z', fill: bright ? other : deep },
          { d: record(levels, 15, 44), stroke: front, strokeWidth: 2.2 },
          { d: 'M50 41a9 9 0 1 0 .01 0z', fill: front },
        ],
      };
    case 2:
      return {
        hue,
        background: night,
        shapes: [0, 1, 2, 3, 4].map((i) => ({
          d: hill(levels, i * 9, 38 + i * 15, 34),
          fill: `oklch(${(0.82 - i * 0.12).toFixed(2)} ${(0.15 - i * 0.012).toFixed(3)} ${Math.round(hue + (turn * i) / 5)})`,
        })),
      };
    default:
      return {
        hue,
        background: ground,
        shapes: [
          { d: stack(levels, 11, 14, true), fill: bright ? other : deep },
          { d: stack(levels, 0, 14, false), fill: front },
        ],
      };
  }
}
