import { describe, expect, it } from 'vitest';
import { gainOf, levelFor, renditionOf, startLevel } from './quality';

const level = (name: string, bitrate: number, audioCodec = 'mp4a.40.2') => ({ url: [`/api/v1/tracks/x/hls/${name}/playlist.m3u8?v=1`], bitrate, audioCodec });
/* FLAC of a quiet track may need less than AAC: the order says nothing about quality. */
const levels = [level('low', 70_000), level('medium', 140_000), level('lossless', 200_000, 'fLaC'), level('high', 270_000)];

describe('renditions', () => {
  it('are known by their folder, else by codec and bit rate', () => {
    expect(levels.map(renditionOf)).toEqual(['low', 'medium', 'lossless', 'high']);
    expect(renditionOf({ url: 'x.m3u8', bitrate: 900_000, audioCodec: 'flac' })).toBe('lossless');
    expect(renditionOf({ url: 'x.m3u8', bitrate: 64_000 })).toBe('low');
  });

  it('tell their gain, if they have one', () => {
    expect(gainOf({ ...level('high', 1), attrs: { 'X-GAIN-DB': '-2.70' } })).toBe(-2.7);
    expect(gainOf({ ...level('high', 1), attrs: { 'X-GAIN-DB': 'loud' } })).toBe(0);
    expect(gainOf(level('high', 1))).toBe(0);
    expect(gainOf(undefined)).toBe(0);
  });

  it('a wish that is not there becomes the next lower, then the next higher one', () => {
    expect(levelFor(levels, 'lossless')).toBe(2);
    expect(levelFor(levels.slice(0, 2), 'lossless')).toBe(1);
    expect(levelFor([level('high', 270_000)], 'low')).toBe(0);
    expect(levelFor([], 'low')).toBe(-1);
  });
});

describe('the first level of a track', () => {
  it('is the chosen one', () => {
    expect(startLevel(levels, 'low', NaN, false)).toBe(0);
    expect(startLevel(levels, 'lossless', 1, true)).toBe(2);
  });

  it.each([
    [NaN, false, 'high'],
    [NaN, true, 'low'],
    [100_000, false, 'low'],
    [300_000, false, 'medium'],
    [1_000_000, false, 'high'],
    [20_000_000, false, 'lossless'],
    [20_000_000, true, 'low'],
  ] as const)('in auto at %d bit/s, saving data: %s, is %s', (bandwidth, saveData, expected) => {
    const found = levels[startLevel(levels, 'auto', bandwidth, saveData)];
    expect(found && renditionOf(found)).toBe(expected);
  });
});
