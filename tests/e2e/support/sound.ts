/** Judges recordings. */
import type { Tape } from './ear.ts';

export function rootMeanSquare(samples: Float32Array): number {
  let sum = 0;
  for (const x of samples) sum += x * x;
  return Math.sqrt(sum / Math.max(1, samples.length));
}

/** The longest stretch that never rises above `floor`, after the first sound and before the last. */
export function holes({ samples, sampleRate }: Tape, floor: number): { longestMs: number; atMs: number } {
  let begin = 0, end = samples.length;
  while (begin < end && Math.abs(samples[begin]!) <= floor) begin++;
  while (end > begin && Math.abs(samples[end - 1]!) <= floor) end--;
  let longest = 0, at = 0, run = 0;
  for (let i = begin; i < end; i++) {
    run = Math.abs(samples[i]!) <= floor ? run + 1 : 0;
    if (run > longest) [longest, at] = [run, i - run];
  }
  return { longestMs: (longest / sampleRate) * 1000, atMs: (at / sampleRate) * 1000 };
}
