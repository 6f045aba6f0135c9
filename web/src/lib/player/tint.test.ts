import { readFileSync } from 'node:fs';
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

/** OKLCH to relative luminance, clipped to sRGB as screens do. */
function luminance(l: number, c: number, h: number): number {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const [x, y, z] = [l + 0.3963377774 * a + 0.2158037573 * b, l - 0.1055613458 * a - 0.0638541728 * b, l - 0.0894841775 * a - 1.291485548 * b].map(
    (v) => v ** 3,
  ) as [number, number, number];
  const clip = (v: number) => Math.min(1, Math.max(0, v));
  const red = clip(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z);
  const green = clip(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z);
  const blue = clip(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const hexLuminance = (hex: string) => {
  const { l, c, h } = toOklch(parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16));
  return luminance(l, c, h);
};
const contrast = (one: number, two: number) => (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);

/** The tokens as the style sheet has them: `accent-text` on `paper` and `raised`, `on-accent` on `accent`. */
function tokens(css: string, theme: 'dark' | 'light') {
  const block = css.slice(css.indexOf(`[data-theme='${theme}'] {`));
  const hex = (name: string) => hexLuminance(new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(block)?.[1] ?? '');
  const tone = (name: string) => {
    const [, l, c] = new RegExp(`--${name}: oklch\\(([0-9.]+) ([0-9.]+) var\\(--accent-h\\)\\)`).exec(block) ?? [];
    return (hue: number) => luminance(Number(l), Number(c), hue);
  };
  return { paper: hex('paper'), raised: hex('paper-raised'), onAccent: hex('on-accent'), accent: tone('accent'), text: tone('accent-text') };
}

describe('every hue a cover may give', () => {
  const css = readFileSync('src/styles/tokens.css', 'utf8');
  it.each(['dark', 'light'] as const)('leaves text readable in the %s theme', (theme) => {
    const { paper, raised, onAccent, accent, text } = tokens(css, theme);
    for (let hue = 0; hue < 360; hue += 1) {
      expect(contrast(text(hue), paper)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(text(hue), raised)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(onAccent, accent(hue))).toBeGreaterThanOrEqual(4.5);
    }
  });
});
