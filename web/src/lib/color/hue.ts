/* Colours that belong to a thing: a hue from its id, always the same one. */

/** FNV-1a, 32 bits: small, fast, and spreads ids well. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    value ^= text.charCodeAt(i);
    value = Math.imul(value, 0x01000193);
  }
  /* the last characters must reach the high bits too */
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d);
  value ^= value >>> 12;
  return value >>> 0;
}

/** 0 to 359 degrees on the OKLCH wheel. */
export function hueOf(id: string): number {
  return hash(id) % 360;
}
