import { describe, expect, it } from 'vitest';
import { playerTrack } from '@/testing/fixtures';
import * as Q from './queue';

const tracks = (ids: string) => [...ids].map((id) => playerTrack(id));
const ids = (q: Q.Queue) => q.queue.map((e) => e.id).join('');
const start = (text: string, index = 0, over: Partial<Q.Queue> = {}) => Q.replace({ ...Q.EMPTY_QUEUE, ...over }, tracks(text), index);
/** A generator that repeats: shuffles are the same on every run. */
const seeded = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};

describe('the queue', () => {
  it('plays from the chosen track on', () => {
    const q = start('abcd', 2);
    expect(ids(q)).toBe('abcd');
    expect(q.index).toBe(2);
    expect(Q.following(q, true)).toBe(3);
  });

  it('is empty without tracks, and has nothing to follow', () => {
    const q = start('');
    expect(q.index).toBe(-1);
    expect(Q.following(q, true)).toBe(-1);
  });

  it('what is played now comes after what was heard, and what was queued goes on after it', () => {
    const q = Q.playNow(start('abc', 1), playerTrack('x'), []);
    expect(ids(q)).toBe('abxc');
    expect(q.queue[q.index]?.id).toBe('x');
    expect(q.queue[Q.following(q, true)]?.id).toBe('c');
  });

  it('where nothing was queued, more follows what is played now', () => {
    expect(ids(Q.playNow(start('a'), playerTrack('x'), tracks('yz')))).toBe('axyz');
    const first = Q.playNow(Q.EMPTY_QUEUE, playerTrack('x'), tracks('yz'));
    expect([ids(first), first.index]).toEqual(['xyz', 0]);
  });

  it('leaving shuffle after playing something now brings back the order, with it after what it followed', () => {
    const shuffledQueue = Q.setShuffle(start('abcd', 1), true, seeded(3));
    const q = Q.setShuffle(Q.playNow(shuffledQueue, playerTrack('x'), []), false);
    expect(ids(q)).toBe('abxcd');
    expect(q.queue[q.index]?.id).toBe('x');
  });

  it('the same track twice is two entries', () => {
    const q = start('aa');
    expect(new Set(q.queue.map((e) => e.key)).size).toBe(2);
  });

  it('adds at the end, and plays next right after the current track', () => {
    let q = Q.append(start('abc', 1), playerTrack('x'));
    expect(ids(q)).toBe('abcx');
    q = Q.insertNext(q, playerTrack('y'));
    expect(ids(q)).toBe('abycx');
    expect(q.queue[q.index]?.id).toBe('b');
  });

  it('the first track added to an empty queue is the current one', () => {
    expect(Q.append(Q.EMPTY_QUEUE, playerTrack('a')).index).toBe(0);
    expect(Q.insertNext(Q.EMPTY_QUEUE, playerTrack('a')).index).toBe(0);
  });

  it.each([
    [0, 'bcd', 'c'],
    [2, 'abd', 'd'],
    [3, 'abc', 'c'],
  ])('removing entry %i leaves %s and %s current when c was', (at, left, current) => {
    const q = start('abcd', 2);
    const after = Q.remove(q, q.queue[at]?.key ?? '');
    expect(ids(after)).toBe(left);
    expect(after.queue[after.index]?.id).toBe(current);
    expect(after.order).toHaveLength(3);
  });

  it('removing the last entry that plays makes the one before it current', () => {
    const q = start('abc', 2);
    const after = Q.remove(q, q.queue[2]?.key ?? '');
    expect(after.queue[after.index]?.id).toBe('b');
  });

  it('removing the only entry empties it', () => {
    const q = start('a');
    expect(Q.remove(q, q.queue[0]?.key ?? '').index).toBe(-1);
  });

  it.each([
    [0, 3, 'bcda'],
    [3, 0, 'dabc'],
    [1, 2, 'acbd'],
  ])('moves entry %i to %i and keeps the current track', (from, to, expected) => {
    const q = Q.move(start('abcd', 1), from, to);
    expect(ids(q)).toBe(expected);
    expect(q.queue[q.index]?.id).toBe('b');
  });

  it('moving out of the list changes nothing', () => {
    const q = start('ab');
    expect(Q.move(q, 0, 2)).toBe(q);
    expect(Q.move(q, 5, 0)).toBe(q);
  });

  it('clearing leaves what plays', () => {
    const q = Q.clearOthers(start('abc', 1));
    expect(ids(q)).toBe('b');
    expect(q.index).toBe(0);
  });
});

describe('repeat', () => {
  it('off ends after the last track, all goes around, one stays only when nobody asked', () => {
    const last = start('abc', 2);
    expect(Q.following(last, true)).toBe(-1);
    expect(Q.following({ ...last, repeat: 'all' }, true)).toBe(0);
    expect(Q.following({ ...last, repeat: 'one' }, true)).toBe(2);
    expect(Q.following({ ...start('abc', 0), repeat: 'one' }, false)).toBe(1);
  });

  it('previous at the first track goes around only when everything repeats', () => {
    expect(Q.preceding(start('abc'))).toBe(0);
    expect(Q.preceding(start('abc', 0, { repeat: 'all' }))).toBe(2);
  });
});

describe('shuffle', () => {
  const walk = (q: Q.Queue) => {
    const heard = [q.queue[q.index]?.id];
    for (let next = Q.following(q, true); next >= 0; next = Q.following(q, true)) {
      q = { ...q, index: next };
      heard.push(q.queue[next]?.id);
    }
    return heard;
  };

  it('plays every track once and none twice, the chosen one first', () => {
    const q = Q.replace({ ...Q.EMPTY_QUEUE, shuffle: true }, tracks('abcdefghij'), 4, seeded(1));
    const heard = walk(q);
    expect(heard[0]).toBe('e');
    expect([...heard].sort().join('')).toBe('abcdefghij');
  });

  it('does not bring back what was heard before it was switched on', () => {
    const q = Q.setShuffle(start('abcdefgh', 3), true, seeded(2));
    expect(ids(q).slice(0, 4)).toBe('abcd');
    expect(walk(q).slice(1).sort().join('')).toBe('efgh');
  });

  it('really shuffles', () => {
    expect(ids(Q.setShuffle(start('abcdefghij'), true, seeded(3)))).not.toBe('abcdefghij');
  });

  it('switched off, the original order is back and the same track is current', () => {
    const shuffled = { ...Q.setShuffle(start('abcdefgh', 1), true, seeded(4)), index: 5 };
    const current = shuffled.queue[5]?.id;
    const q = Q.setShuffle(shuffled, false);
    expect(ids(q)).toBe('abcdefgh');
    expect(q.queue[q.index]?.id).toBe(current);
  });

  it('a track put next while shuffled comes after its neighbour in the original order too', () => {
    let q = Q.setShuffle(start('abcd', 0), true, seeded(5));
    q = Q.insertNext(q, playerTrack('x'));
    expect(q.queue[1]?.id).toBe('x');
    expect(ids(Q.setShuffle(q, false))).toBe('axbcd');
  });

  it('every order of three is about equally likely', () => {
    const random = seeded(6);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i += 1) {
      const order = Q.shuffled(['a', 'b', 'c'], random).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
