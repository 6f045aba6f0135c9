import { describe, expect, it } from 'vitest';
import { playerTrack } from '@/testing/fixtures';
import type { QueueChange } from '@/lib/api/queue/write';
import * as Q from '../queue';
import { merge, nextChange, sameContent, sameItems, sumOf, whole, type Content } from './change';
import { applied } from './fakeServer';

const start = (count: number): Q.Queue => Q.replace(Q.EMPTY_QUEUE, Array.from({ length: count }, (_, n) => playerTrack(`t${n}`)), 1);
const content = (q: Q.Queue, volume = 80): Content => ({ queue: q.queue, order: q.order, current: q.queue[q.index]?.key ?? null, shuffle: q.shuffle, repeat: q.repeat, volume });

function reach(before: Content, now: Content): QueueChange[] {
  const made: QueueChange[] = [];
  let at = before;
  for (let step = nextChange(at, now); step; step = nextChange(at, now)) {
    made.push(step.change);
    at = applied(at, step.change);
    expect(sameItems(at, step.after)).toBe(true);
    expect(made.length).toBeLessThan(4);
  }
  expect(sameContent(at, now)).toBe(true);
  return made;
}

describe('what is written of a queue', () => {
  const q = start(300);
  const keyAt = (at: number) => q.queue[at]?.key ?? '';
  const kinds = (after: Q.Queue, volume?: number) => reach(content(q), content(after, volume)).map((change) => change.kind);
  const bytes = (after: Q.Queue) => JSON.stringify(reach(content(q), content(after))).length;

  it('is nothing when nothing changed', () => expect(kinds(q)).toEqual([]));
  it.each([
    ['one that is added', Q.append(q, playerTrack('x'))],
    ['one that comes next', Q.insertNext(q, playerTrack('x'))],
    ['one that is played now', Q.playNow(q, playerTrack('x'), [])],
    ['one that is removed', Q.remove(q, keyAt(7))],
    ['the current one, removed', Q.remove(q, keyAt(1))],
    ['one that is moved down', Q.move(q, 5, 200)],
    ['one that is moved up', Q.move(q, 299, 0)],
    ['two neighbours, swapped', Q.move(q, 5, 6)],
    ['the next track', { ...q, index: 2 }],
    ['repeat', { ...q, repeat: 'all' as const }],
  ])('is little for %s', (_, after) => expect(bytes(after)).toBeLessThan(300));
  it('is all of it when the order becomes another one', () => expect(kinds(Q.setShuffle(q, true))).toEqual(['put']));

  it('leads to the same queue after whatever was done to it', () => {
    let seed = 7;
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    const pick = (length: number) => Math.floor(random() * length);
    let now = start(6), server = content(now);
    const acts: ((one: Q.Queue) => Q.Queue)[] = [
      (one) => Q.append(one, playerTrack('a')),
      (one) => Q.insertNext(one, playerTrack('b')),
      (one) => Q.playNow(one, playerTrack('c'), [playerTrack('d'), playerTrack('e')]),
      (one) => Q.remove(one, one.queue[pick(one.queue.length)]?.key ?? ''),
      (one) => Q.move(one, pick(one.queue.length), pick(one.queue.length)),
      (one) => Q.setShuffle(one, !one.shuffle, random),
      (one) => ({ ...one, index: pick(one.queue.length) }),
      (one) => Q.clearOthers(one),
    ];
    for (let round = 0; round < 500; round += 1) {
      for (let n = 0; n <= pick(3); n += 1) now = now.queue.length === 0 ? start(5) : (acts[pick(acts.length)] as (typeof acts)[number])(now);
      const goal = content(now);
      for (const change of reach(server, goal)) server = applied(server, change);
      expect(server.queue.map((entry) => entry.id)).toEqual(goal.queue.map((entry) => entry.id));
    }
  });

  it('keeps an item that is not available without naming a track', () => {
    const hidden = { ...content(q), queue: q.queue.map((entry, i) => (i === 3 ? { ...entry, id: '', unavailable: true } : entry)) };
    const change = whole(hidden);
    expect(change.kind === 'put' && change.body.items[3]).toEqual({ id: keyAt(3), track_id: null });
  });
});

describe('a queue that was changed here and elsewhere', () => {
  const q = start(5);
  const base = content(q);
  const mine = content(Q.append(q, playerTrack('mine')));
  const theirs = content(Q.remove(q, q.queue[4]?.key ?? ''));
  const at = (one: Content, n: number): Content => ({ ...one, current: one.queue[n]?.key ?? null });

  it('has what each side changed', () => {
    expect(merge(base, mine, base)).toEqual(mine);
    expect(merge(base, base, theirs)).toEqual(theirs);
    expect(merge(base, mine, at({ ...base, volume: 3 }, 2))).toEqual(at({ ...mine, volume: 3 }, 2));
    expect(merge(base, { ...base, repeat: 'one' }, theirs)).toEqual({ ...theirs, repeat: 'one' });
  });
  it('went on by one track when both went on', () => expect(merge(base, at(base, 2), at(base, 2))?.current).toBe(base.queue[2]?.key));
  it('plays nothing that is not in it any more', () => expect(merge(base, at(base, 4), theirs)?.current).toBe(theirs.current));
  it('is for the person to choose where both changed which tracks there are', () => expect(merge(base, mine, theirs)).toBeNull());
  it('is no question where both did the same', () => expect(merge(base, mine, { ...mine })).toEqual(mine));

  it('has a sum of its own', () => {
    const all = [base, mine, theirs, at(base, 3), { ...base, volume: 1 }, { ...base, repeat: 'all' as const }, content(Q.move(q, 0, 1))];
    expect(new Set(all.map(sumOf)).size).toBe(all.length);
    expect(sumOf(content(q))).toBe(sumOf(base));
  });
});
