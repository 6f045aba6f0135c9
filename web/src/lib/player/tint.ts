/* The hue of a cover, which tints the interface. Only the hue: the tokens fix lightness and chroma, so that text
 * keeps its contrast whatever the picture. */

/** Colours duller than this say nothing. */
const LEAST_CHROMA = 0.04;
const BINS = 24;

/** sRGB bytes to OKLCH: lightness, chroma, hue in degrees. */
export function toOklch(red: number, green: number, blue: number): { l: number; c: number; h: number } {
  const [r, g, b] = [red, green, blue].map((byte) => {
    const x = byte / 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const A = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const B = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    c: Math.hypot(A, B),
    h: (Math.atan2(B, A) * 180) / Math.PI + (B < 0 ? 360 : 0),
  };
}

/** The hue that most of the colourful pixels share, or null for a picture without colour. `rgba` as canvases give it. */
export function hueOfPixels(rgba: ArrayLike<number>): number | null {
  const weight = new Array<number>(BINS).fill(0);
  const x = new Array<number>(BINS).fill(0);
  const y = new Array<number>(BINS).fill(0);
  let pixels = 0;
  for (let i = 0; i + 3 < rgba.length; i += 4) {
    const { l, c, h } = toOklch(rgba[i] ?? 0, rgba[i + 1] ?? 0, rgba[i + 2] ?? 0);
    pixels += 1;
    if (c < LEAST_CHROMA || l < 0.15) continue;
    const bin = Math.floor((h / 360) * BINS) % BINS;
    const angle = (h * Math.PI) / 180;
    weight[bin] = (weight[bin] ?? 0) + c;
    x[bin] = (x[bin] ?? 0) + c * Math.cos(angle);
    y[bin] = (y[bin] ?? 0) + c * Math.sin(angle);
  }
  const best = weight.indexOf(Math.max(...weight));
  if ((weight[best] ?? 0) < pixels * 0.004) return null;
  const hue = (Math.atan2(y[best] ?? 0, x[best] ?? 0) * 180) / Math.PI;
  return Math.round((hue + 360) % 360) % 360;
}
