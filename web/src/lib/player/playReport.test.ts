import { describe, expect, it, vi } from 'vitest';
import { PlayReport } from './playReport';

function play(duration: number, seconds: number[]) {
  const send = vi.fn();
  const report = new PlayReport(send);
  report.begin('t', duration);
  for (const s of seconds) report.add(s);
  return { send, report };
}

describe('a play is told', () => {
  it('after 30 seconds of a long track', () => {
    expect(play(240, [15, 14.9]).send).not.toHaveBeenCalled();
    expect(play(240, [15, 15]).send).toHaveBeenCalledWith('t', 30);
  });

  it('after half of a short one', () => {
    expect(play(20, [9.9]).send).not.toHaveBeenCalled();
    expect(play(20, [10]).send).toHaveBeenCalledOnce();
  });

  it('once, however often it is heard on', () => {
    expect(play(100, Array.from({ length: 100 }, () => 1)).send).toHaveBeenCalledOnce();
  });

  it('again when the track begins again', () => {
    const { send, report } = play(20, [20]);
    report.begin('t', 20);
    report.add(10);
    expect(send).toHaveBeenCalledTimes(2);
  });
});
