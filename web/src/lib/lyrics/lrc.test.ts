import { describe, expect, it } from 'vitest';
import { contentOf, lineAt, stamp } from './lrc';

describe('lyrics with times', () => {
  it.each([
    [0, '00:00.00'],
    [83_450, '01:23.45'],
    [59_996, '01:00.00'],
    [6_000_000, '100:00.00'],
  ])('%i ms is %s', (ms, text) => expect(stamp(ms)).toBe(text));

  it('are LRC, and plain text without times', () => {
    expect(contentOf([{ text: 'One', at_ms: 1000 }, { text: '', at_ms: 2000 }, { text: 'Two', at_ms: null }])).toBe('[00:01.00]One\n[00:02.00]\nTwo');
    expect(contentOf([{ text: 'One', at_ms: null }, { text: '', at_ms: null }])).toBe('One\n');
  });

  it('know which line is sung', () => {
    const lines = [{ at_ms: 1000 }, { at_ms: 2000 }, { at_ms: 2000 }, { at_ms: 5000 }];
    expect([0, 1000, 1999, 2000, 4999, 9000].map((ms) => lineAt(lines, ms))).toEqual([-1, 0, 0, 2, 2, 3]);
    expect(lineAt([{ at_ms: null }], 5000)).toBe(-1);
  });
});
