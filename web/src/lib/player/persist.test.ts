import { describe, expect, it } from 'vitest';
import { playerTrack } from '@/testing/fixtures';
import { DEFAULTS, NOTE, parse, recall, remember, serialise, type Remembered } from './persist';
import { EMPTY_QUEUE, replace, setShuffle } from './queue';

const track = (n: number) => playerTrack(`id-${n}`, { title: `Track ${n}`, duration_ms: 1000 });
const remembered = (count: number, index: number): Remembered => ({
  ...DEFAULTS,
  ...replace(EMPTY_QUEUE, Array.from({ length: count }, (_, n) => track(n)), index),
  position: 12.34,
  volume: 0.3,
  quality: 'lossless',
  loudness: -18,
});

describe('what the player remembers', () => {
  it('comes back as it was', () => {
    const state = { ...setShuffle(remembered(5, 2), true), repeat: 'all' as const };
    const before = { ...remembered(5, 2), ...state };
    expect(parse(serialise(before))).toEqual({ ...before, position: 12.3 });
  });

  it('keeps the current track when a very long queue is cut', () => {
    const back = parse(serialise(remembered(1000, 700)));
    expect(back.queue.length).toBeLessThanOrEqual(300);
    expect(back.queue[back.index]?.id).toBe('id-700');
    expect(back.order).toHaveLength(back.queue.length);
  });

  it.each([[false, 1000], [true, 300]])('keeps all of a long queue while some of it was not sent (sent: %s)', (clean, kept) => {
    sessionStorage.setItem(NOTE, JSON.stringify({ clean }));
    remember(remembered(1000, 700));
    expect(recall().queue).toHaveLength(kept);
    sessionStorage.clear();
  });

  it.each([null, '', '{', '[]', '{"v":99}', '"text"'])('starts afresh from %s', (text) => {
    expect(parse(text)).toEqual(DEFAULTS);
  });

  it('does not believe values out of range', () => {
    const text = JSON.stringify({ v: 1, queue: [{ id: 3 }], index: 9, volume: 7, quality: 'best', loudness: 0, position: -4, repeat: 'x' });
    expect(parse(text)).toEqual({ ...DEFAULTS, volume: 1 });
  });
});
