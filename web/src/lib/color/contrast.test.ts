/* A playing track tints the interface with any hue: whatever it is, text stays readable. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UNBUFFERED } from '@/components/waveform/painter';

const css = readFileSync(join(import.meta.dirname, '../../styles/tokens.css'), 'utf8');

function tokens(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(selector)).match(/\{([^}]*color-scheme[^}]*)\}/)?.[1] ?? '';
  return new Map([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1] ?? '', m[2] ?? '']));
}

type Rgb = [number, number, number];

/** OKLCH to linear sRGB, clipped as browsers clip. */
function oklch(l: number, c: number, h: number): Rgb {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const l3 = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m3 = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s3 = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (v: number) => Math.min(1, Math.max(0, v));
  return [
    clip(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
    clip(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
    clip(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3),
  ];
}

function linear(value: string, hue: number): Rgb {
  const inHue = /^oklch\(([\d.]+) ([\d.]+) var\(--accent-h\)\)$/.exec(value);
  if (inHue) return oklch(Number(inHue[1]), Number(inHue[2]), hue);
  const hex = /^#(..)(..)(..)$/.exec(value);
  if (!hex) throw new Error(`not a colour: ${value}`);
  return [1, 2, 3].map((i) => {
    const v = parseInt(hex[i] ?? '', 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
}

/** A colour at this opacity on a ground, mixed as browsers mix: in sRGB with its curve. */
function over(color: Rgb, ground: Rgb, opacity: number): Rgb {
  const encode = (v: number) => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);
  const decode = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return color.map((v, i) => decode(encode(v) * opacity + encode(ground[i] ?? 0) * (1 - opacity))) as Rgb;
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const hues = Array.from({ length: 72 }, (_, i) => i * 5);
const grounds = ['paper', 'paper-raised', 'paper-sunk'];

describe.each([
  ['dark', tokens(":root,\n[data-theme='dark']")],
  ['light', tokens("\n[data-theme='light'] {")],
])('in %s', (_theme, set) => {
  const color = (name: string, hue = 0) => linear(set.get(name) ?? '', hue);

  it.each(['ink', 'muted', 'danger', 'ok'])('%s is readable on every ground', (name) => {
    for (const ground of grounds) expect(contrast(color(name), color(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it('danger is readable on its wash', () => expect(contrast(color('danger'), color('danger-wash'))).toBeGreaterThanOrEqual(4.5));

  it('accented text and text on the accent are readable in every hue', () => {
    for (const hue of hues) {
      for (const ground of grounds) expect(contrast(color('accent-text', hue), color(ground)), `hue ${hue} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color('on-accent'), color('accent', hue)), `on hue ${hue}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('bars of a waveform can be seen on every ground, heard or not, loaded or not', () => {
    for (const ground of grounds) {
      expect(contrast(over(color('wave-rest'), color(ground), UNBUFFERED), color(ground)), `rest on ${ground}`).toBeGreaterThanOrEqual(3);
      const played = set.get('wave-played') === 'var(--accent)' ? 'accent' : 'wave-played';
      for (const hue of hues) expect(contrast(color(played, hue), color(ground)), `played in hue ${hue} on ${ground}`).toBeGreaterThanOrEqual(3);
    }
  });

  it('the edges of controls can be seen', () => {
    expect(contrast(color('line-strong'), color('paper'))).toBeGreaterThanOrEqual(3);
  });
});
