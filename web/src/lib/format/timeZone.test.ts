import { describe, expect, it } from 'vitest';
import { instantOf, wallTime } from './timeZone';

describe('a time in a zone', () => {
  it.each([
    ['2026-12-24T17:00:00.000Z', 'Europe/Paris', '2026-12-24T18:00'],
    ['2026-07-01T16:00:00.000Z', 'Europe/Paris', '2026-07-01T18:00'],
    ['2026-01-01T00:00:00.000Z', 'Pacific/Kiritimati', '2026-01-01T14:00'],
    ['2026-01-01T03:00:00.000Z', 'America/Cayenne', '2026-01-01T00:00'],
    ['2026-06-01T00:15:00.000Z', 'Asia/Kathmandu', '2026-06-01T06:00'],
    ['2026-03-29T00:59:00.000Z', 'Europe/Paris', '2026-03-29T01:59'],
    ['2026-03-29T01:00:00.000Z', 'Europe/Paris', '2026-03-29T03:00'],
    ['2026-01-01T00:00:00.000Z', 'UTC', '2026-01-01T00:00'],
  ])('%s in %s is %s, and back', (iso, zone, wall) => {
    expect(wallTime(iso, zone)).toBe(wall);
    expect(instantOf(wall, zone)).toBe(iso);
  });

  it('moves what clocks skip in spring to the hour after', () => expect(wallTime(instantOf('2026-03-29T02:30', 'Europe/Paris'), 'Europe/Paris')).toMatch(/^2026-03-29T0[13]:30$/));
});
