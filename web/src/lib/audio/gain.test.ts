import { describe, expect, it } from 'vitest';
import { decibelsToGain, normalisationDecibels, normalisationGain, volumeGain } from './gain';

describe('loudness normalisation', () => {
  it.each([
    [-14, -9.3, -0.2, -4.7],
    [-18, -9.3, -0.2, -8.7],
    [-14, -20, -12, 6],
    [-14, -14, -1, 0],
  ] as const)('to %d LUFS a track of %d LUFS with a peak of %d dBTP gets %d dB', (target, loudness, peak, expected) => {
    expect(normalisationDecibels(target, loudness, peak)).toBeCloseTo(expected, 6);
  });

  it('never lifts a peak over -1 dBTP', () => {
    for (let loudness = -40; loudness <= 0; loudness += 0.5) {
      for (let peak = -30; peak <= 2; peak += 0.5) {
        const gain = normalisationDecibels(-14, loudness, peak);
        if (gain > 0) expect(peak + gain).toBeLessThanOrEqual(-1 + 1e-9);
      }
    }
  });

  it('leaves a quiet track with full peaks as it is', () => {
    expect(normalisationDecibels(-14, -20, 0)).toBe(0);
  });

  it('does nothing when it is off or the loudness is unknown', () => {
    expect(normalisationGain('off', -5, 0, -3)).toBe(1);
    expect(normalisationGain(-14, null, null, 0)).toBe(1);
    expect(normalisationGain(-14, -Infinity, null, 0)).toBe(1);
  });

  it('plays all renditions of a track equally loud, whatever gain they were made with', () => {
    const lossless = -9 + 20 * Math.log10(normalisationGain(-14, -9, 0, 0));
    const lossy = -9 - 3 + 20 * Math.log10(normalisationGain(-14, -9, 0, -3));
    expect(lossless).toBeCloseTo(-14, 6);
    expect(lossy).toBeCloseTo(-14, 6);
  });

  it('only turns down when the peak is unknown', () => {
    expect(normalisationDecibels(-14, -30, null)).toBe(0);
    expect(normalisationDecibels(-14, -10, null)).toBe(-4);
  });

  it('does not turn silence into noise', () => {
    expect(normalisationDecibels(-14, -70, -60)).toBe(12);
  });
});

describe('volume', () => {
  it('is silent at 0, unchanged at 1 and rises all the way', () => {
    expect(volumeGain(0)).toBe(0);
    expect(volumeGain(1)).toBe(1);
    for (let x = 0; x < 1; x += 0.01) expect(volumeGain(x + 0.01)).toBeGreaterThan(volumeGain(x));
  });

  it('is about half as loud, 10 to 20 dB down, in the middle', () => {
    const db = 20 * Math.log10(volumeGain(0.5));
    expect(db).toBeLessThan(-10);
    expect(db).toBeGreaterThan(-20);
  });

  it('stays within its ends', () => {
    expect(volumeGain(-1)).toBe(0);
    expect(volumeGain(2)).toBe(1);
    expect(decibelsToGain(-6)).toBeCloseTo(0.501, 3);
  });
});
