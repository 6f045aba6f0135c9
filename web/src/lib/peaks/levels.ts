/* From the server's peaks to bars one can draw. */

import type { WaveformData } from '@/lib/api/tracks/waveform';
import { hash } from '@/lib/color/hue';

/** `count` loudness levels from 0 to 1 over the whole track, the loudest being 1. */
export function levelsOf(waveform: WaveformData, count: number): number[] {
  const full = 2 ** (waveform.bits - 1);
  const pairs = Math.floor(waveform.data.length / 2);
  const levels: number[] = [];
  for (let bar = 0; bar < count; bar += 1) {
    const from = Math.floor((bar * pairs) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * pairs) / count));
    let sum = 0;
    let peak = 0;
    for (let i = from; i < to && i < pairs; i += 1) {
      const level = Math.max(Math.abs(waveform.data[2 * i] ?? 0), Math.abs(waveform.data[2 * i + 1] ?? 0)) / full;
      sum += level;
      peak = Math.max(peak, level);
    }
    levels.push((peak + sum / (to - from)) / 2);
  }
  const loudest = Math.max(...levels, 0.001);
  return levels.map((level) => level / loudest);
}

/** Levels made up from an id, for where there are no peaks yet: calm, and always the same. */
export function levelsFromId(id: string, count: number): number[] {
  const seed = hash(id);
  const a = 3 + (seed % 5);
  const b = 7 + ((seed >>> 4) % 9);
  const phase = (seed >>> 9) % 100;
  return Array.from({ length: count }, (_, i) => {
    const x = (i / count) * Math.PI * 2;
    const wave = Math.sin(x * a + phase) * 0.5 + Math.sin(x * b + phase * 2) * 0.3 + Math.sin(x * 23 + phase) * 0.2;
    return 0.22 + 0.5 * Math.abs(wave);
  });
}

/** An SVG path of mirrored bars, one unit wide each, in a box `levels.length` wide and 100 high. */
export function barsPath(levels: readonly number[], gap = 0.35): string {
  return levels
    .map((level, i) => {
      const height = Math.max(3, level * 100);
      const top = (100 - height) / 2;
      return `M${(i + gap / 2).toFixed(2)} ${top.toFixed(1)}h${(1 - gap).toFixed(2)}v${height.toFixed(1)}h-${(1 - gap).toFixed(2)}z`;
    })
    .join('');
}
