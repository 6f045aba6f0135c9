import { describe, expect, it } from 'vitest';
import { stretchLastSample } from './fmp4';

const u32 = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const box = (type: string, ...body: number[][]) => {
  const flat = body.flat();
  return [...u32(flat.length + 8), ...[...type].map((c) => c.charCodeAt(0)), ...flat];
};
/** A segment of samples with the given durations. */
function segment(durations: readonly number[], usual = 1024) {
  const tfhd = box('tfhd', u32(0x020008), u32(1), u32(usual));
  const trun = box('trun', u32(0x301), u32(durations.length), u32(0), ...durations.map((d) => [...u32(d), ...u32(77)]));
  return new Uint8Array([...box('moof', box('mfhd', u32(0), u32(1)), box('traf', tfhd, trun)), ...box('mdat', u32(0))]).buffer;
}
const durations = (data: ArrayBuffer, count: number) => {
  const view = new DataView(data);
  const end = view.getUint32(0);
  return Array.from({ length: count }, (_, i) => view.getUint32(end - (count - i) * 8));
};

describe('the last frame of a track', () => {
  it('gets its full duration, and only the last', () => {
    const data = segment([1024, 1024, 477]);
    expect(stretchLastSample(data)).toBe(true);
    expect(durations(data, 3)).toEqual([1024, 1024, 1024]);
  });

  it('is left alone when it is full, or when frames have another length', () => {
    expect(stretchLastSample(segment([1024, 1024]))).toBe(false);
    expect(stretchLastSample(segment([4096, 100], 4096))).toBe(false);
  });

  it.each([[[]], [[0, 0, 0, 0, 0, 0, 0, 0]], [[255, 255, 255, 255, 109, 111, 111, 102, 1]]])('survives bytes that are no segment: %j', (bytes) => {
    expect(stretchLastSample(new Uint8Array(bytes).buffer)).toBe(false);
  });

  it('survives every truncation', () => {
    const whole = segment([1024, 477]);
    for (let length = 0; length < whole.byteLength; length += 1) {
      expect(() => stretchLastSample(whole.slice(0, length))).not.toThrow();
    }
  });
});
