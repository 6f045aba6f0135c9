import { describe, expect, it } from 'vitest';
import { hueOfPixels, toOklch } from './tint';

const fill = (...colors: [number, number, number][]) => colors.flatMap(([r, g, b]) => Array.from({ length: 64 }, () => [r, g, b, 255]).flat());

describe('the hue of a cover', () => {
  it('agrees with the known OKLCH of pure colours', () => {
    expect(toOklch(255, 0, 0).h).toBeCloseTo(29.2, 0);
    expect(toOklch(0, 0, 255).h).toBeCloseTo(264, 0);
    expect(toOklch(255, 255, 255).c).toBeLessThan(0.001);
    expect(toOklch(255, 0, 0).l).toBeCloseTo(0.628, 2);
  });

  it('is the hue that most colourful pixels share', () => {
    const hue = hueOfPixels(fill([20, 60, 220], [30, 70, 230], [200, 40, 30], [10, 10, 10]));
    expect(hue).toBeGreaterThan(250);
    expect(hue).toBeLessThan(275);
  });

  it('is nothing for a grey picture', () => {
    expect(hueOfPixels(fill([120, 120, 120], [10, 10, 10], [250, 250, 250]))).toBeNull();
  });
});
