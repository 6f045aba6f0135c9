import { describe, expect, it } from 'vitest';
import { barCount, layBars, secondsAt, STYLES } from './bars';

describe('the bars of a waveform', () => {
  it.each([1, 2, 3, 100, 319, 1280])('fill %i pixels and no more', (width) => {
    for (const style of Object.values(STYLES)) {
      const count = barCount(width, style);
      const bars = layBars(new Array<number>(count).fill(1), width, 40, style);
      const last = bars.at(-1);
      expect(bars).toHaveLength(count);
      if (count > 1) expect((last?.x ?? 0) + style.width).toBeCloseTo(width, 6);
    }
  });

  it('stay inside the box and stay visible when quiet', () => {
    for (const style of Object.values(STYLES)) {
      for (const bar of layBars([0, 0.5, 1], 30, 40, style)) {
        expect(bar.height).toBeGreaterThanOrEqual(style.width);
        expect(bar.y).toBeGreaterThanOrEqual(-1);
        expect(bar.y + bar.height).toBeLessThanOrEqual(41);
      }
    }
  });

  it('louder is taller', () => {
    const [quiet, loud] = layBars([0.2, 0.9], 10, 100, STYLES.fine);
    expect(loud?.height).toBeGreaterThan(quiet?.height ?? 0);
  });
});

describe('a place on the waveform', () => {
  it('is a time within the track', () => {
    expect(secondsAt(50, 200, 180)).toBe(45);
    expect(secondsAt(-9, 200, 180)).toBe(0);
    expect(secondsAt(999, 200, 180)).toBe(180);
    expect(secondsAt(10, 0, 180)).toBe(0);
    expect(secondsAt(10, 200, NaN)).toBe(0);
  });
});
