import { describe, expect, it, vi } from 'vitest';
import { PlayReport, type Listening, type Report } from './playReport';

function listen(duration: number, before: Listening | null = null) {
  const sent: Report[] = [];
  const note = vi.fn<(listening: Listening | null) => void>();
  const report = new PlayReport((one) => sent.push(one), note, before);
  report.begin('t', 'key', duration, null);
  /** In steps of a quarter of a second. */
  const hear = (from: number, to: number, muted = false) => {
    for (let at = from; at < to; at += 0.25) report.add(at, Math.min(at + 0.25, to), muted);
  };
  const ranges = () => sent.flatMap((one) => one.ranges.map((range) => [range.from_ms, range.to_ms]));
  return { sent, note, report, hear, ranges };
}

describe('a listening is told of', () => {
  it('when its sound begins, and when it may be enough', () => {
    const { sent, hear } = listen(20);
    expect(sent).toEqual([]);
    hear(0, 0.25);
    expect(sent).toHaveLength(1);
    hear(0.25, 10.5);
    expect(sent).toHaveLength(2);
    expect(sent.map((one) => one.sequence)).toEqual([0, 1]);
    expect(new Set(sent.map((one) => one.session)).size).toBe(1);
  });

  it('with the parts that were heard, each once, and not those that were jumped over or muted', () => {
    const { report, hear, ranges } = listen(240);
    hear(0, 4);
    report.jump(100);
    hear(100, 105);
    hear(105, 108, true);
    hear(110, 112);
    report.flush();
    expect(ranges()).toEqual([[0, 250], [250, 4000], [100_000, 105_000], [110_000, 112_000]]);
    report.flush();
    expect(ranges()).toHaveLength(4);
  });

  it('again under another session when the track begins again', () => {
    const { report, sent, hear, note } = listen(20);
    hear(0, 20);
    report.end();
    expect(sent.at(-1)?.position_ms).toBe(20_000);
    expect(note).toHaveBeenLastCalledWith(null);
    hear(0, 1);
    expect(sent.at(-1)?.sequence).toBe(0);
    report.begin('t', 'key', 20, null);
    hear(0, 1);
    expect(new Set(sent.map((one) => one.session)).size).toBe(3);
  });

  it('under the same session after a reload, and under another one for another entry', () => {
    const before = { key: 'key', session: 's', sequence: 4, heard: 12 };
    const after = listen(240, before);
    after.hear(12, 13);
    after.report.flush();
    expect(after.sent.at(-1)).toMatchObject({ session: 's', sequence: 5 });
    const other = listen(240, { ...before, key: 'other' });
    other.hear(0, 1);
    expect(other.sent[0]?.session).not.toBe('s');
  });

  it('every quarter of a minute, with the place in it', () => {
    const { sent, hear } = listen(3600);
    hear(0, 60);
    expect(sent.length).toBeGreaterThanOrEqual(4);
    expect(sent.length).toBeLessThanOrEqual(6);
    expect(sent.at(-1)?.position_ms).toBeGreaterThan(44_000);
  });
});
