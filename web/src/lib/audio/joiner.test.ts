import { describe, expect, it } from 'vitest';
import { BLOCK, Joiner, type Joined } from './joiner';

/** A deck that plays `samples` from frame `from` on, and nothing before and after. */
interface Source {
  samples: readonly number[];
  from: number;
}

interface Event {
  frame: number;
  run: (joiner: Joiner, frame: number) => void;
}

function render(sources: readonly [Source, Source], events: readonly Event[], frames: number) {
  const joined: Joined[] = [];
  const joiner = new Joiner((j) => joined.push(j));
  const out: number[] = [];
  const left = new Float32Array(BLOCK);
  const right = new Float32Array(BLOCK);
  for (let frame = 0; frame < frames; frame += BLOCK) {
    for (const event of events) if (event.frame >= frame && event.frame < frame + BLOCK) event.run(joiner, frame);
    const inputs = sources.map(({ samples, from }) => {
      const block = Float32Array.from({ length: BLOCK }, (_, i) => samples[frame + i - from] ?? 0);
      return [block, block];
    });
    joiner.process(inputs, left, right, frame);
    out.push(...left);
  }
  return { out, joined };
}

const ramp = (length: number, base: number) => Array.from({ length }, (_, i) => base + (i + 1) / (length * 10));
const heard = (out: readonly number[]) => {
  const first = out.findIndex((x) => x !== 0);
  const last = out.findLastIndex((x) => x !== 0);
  return out.slice(first, last + 1);
};
const close = (got: readonly number[], wanted: readonly number[]) => {
  expect(got).toHaveLength(wanted.length);
  for (let i = 0; i < wanted.length; i += 1) expect(got[i]).toBeCloseTo(wanted[i] ?? 0, 5);
};
const start: Event = { frame: 0, run: (j) => j.command({ type: 'start', deck: 0, fade: false }, 0) };

describe('the joiner', () => {
  it.each([
    [5000, 4000],
    [5000, 3001],
    [4999, 4700],
    [5 * BLOCK, 3 * BLOCK],
    [1001, 300],
  ])('joins a deck of %i samples to one started at frame %i without a gap or a lost sample', (length, begins) => {
    const a = ramp(length, 0.1);
    const b = ramp(3000, 0.5);
    const hold: Event = {
      frame: Math.max(BLOCK, begins - 200),
      run: (j, frame) => j.command({ type: 'hold', deck: 1, from: 0, earliest: length - 200 }, frame),
    };
    const { out, joined } = render([{ samples: a, from: 0 }, { samples: b, from: begins }], [start, hold], 12_000);
    close(heard(out), [...a, ...b]);
    expect(joined).toHaveLength(1);
    expect(joined[0]?.frame).toBe(length + BLOCK);
    expect(joined[0]?.delay).toBeGreaterThan(0);
  });

  it('a zero crossing is not the end', () => {
    const a = [...ramp(1000, 0.1), ...new Array<number>(40).fill(0), ...ramp(1000, 0.2)];
    const hold: Event = { frame: 500, run: (j, f) => j.command({ type: 'hold', deck: 1, from: 0, earliest: 0 }, f) };
    const b = ramp(500, 0.5);
    const { out } = render([{ samples: a, from: 0 }, { samples: b, from: 1500 }], [start, hold], 6000);
    close(heard(out), [...a, ...b]);
  });

  it('silence inside a track, before its end is due, does not cut it', () => {
    const a = [...ramp(1000, 0.1), ...new Array<number>(1000).fill(0), ...ramp(1000, 0.2)];
    const b = ramp(500, 0.5);
    const hold: Event = { frame: 500, run: (j, f) => j.command({ type: 'hold', deck: 1, from: 0, earliest: 2900 }, f) };
    const { out } = render([{ samples: a, from: 0 }, { samples: b, from: 2700 }], [start, hold], 8000);
    close(heard(out), [...a, ...b]);
  });

  it('keeps the silence a track begins with, when the page says when it began', () => {
    const a = ramp(3000, 0.1);
    const b = [...new Array<number>(1000).fill(0), ...ramp(1000, 0.5)];
    const hold: Event = { frame: 2000, run: (j, f) => j.command({ type: 'hold', deck: 1, from: 0, earliest: 2900 }, f) };
    const anchor: Event = { frame: 2600, run: (j, f) => j.command({ type: 'anchor', deck: 1, frame: 2500 }, f) };
    const { out } = render([{ samples: a, from: 0 }, { samples: b, from: 2500 }], [start, hold, anchor], 8000);
    const sound = heard(out);
    expect(sound.length).toBe(3000 + 1000 + 1000);
  });

  it('a stopped deck fades within a block and its hold is forgotten', () => {
    const hold: Event = { frame: 1000, run: (j, f) => j.command({ type: 'hold', deck: 1, from: 0, earliest: 0 }, f) };
    const stop: Event = { frame: 2 * 1024, run: (j, f) => j.command({ type: 'stop', deck: 0 }, f) };
    const { out, joined } = render([{ samples: ramp(9000, 0.5), from: 0 }, { samples: ramp(100, 0.5), from: 1200 }], [start, hold, stop], 8000);
    expect(out.slice(2048 + BLOCK).every((x) => x === 0)).toBe(true);
    const tail = out.slice(2048, 2048 + BLOCK);
    for (let i = 1; i < BLOCK; i += 1) expect(tail[i]).toBeLessThanOrEqual(tail[i - 1] ?? 1);
    expect(joined).toHaveLength(0);
  });

  it('released, a held deck is heard at once', () => {
    const hold: Event = { frame: 500, run: (j, f) => j.command({ type: 'hold', deck: 1, from: 0, earliest: 1e9 }, f) };
    const release: Event = { frame: 2000, run: (j, f) => j.command({ type: 'release', deck: 1 }, f) };
    const b = ramp(800, 0.5);
    const { out, joined } = render([{ samples: [], from: 0 }, { samples: b, from: 1000 }], [start, hold, release], 6000);
    close(heard(out), b);
    expect(joined).toHaveLength(1);
  });

  it('a flush drops what was held back', () => {
    const flush: Event = { frame: 1024, run: (j) => j.command({ type: 'flush', deck: 0 }, 1024) };
    const { out } = render([{ samples: ramp(4000, 0.1), from: 0 }, { samples: [], from: 0 }], [start, flush], 6000);
    expect(heard(out).length).toBeLessThan(4000 + BLOCK);
    expect(out[3000]).toBeGreaterThan(0.1);
  });
});
