/* The queue as values: every function returns a new queue and changes nothing.
 *
 * `queue` is the order in which tracks are played. `order` remembers, by key, the order in which they were put in, so
 * that leaving shuffle brings it back. */

import type { PlayerTrack } from './contract';
import { newId } from './id';

/** A track in the queue. The same track may be there twice, under two keys, which are the ids that the server has of them. */
export interface QueueEntry extends PlayerTrack {
  key: string;
  /** Gone, or not for this person: it keeps its place, and is passed over. Its `id` is empty. */
  unavailable?: boolean;
  /** Added at the end of the queue since the person wants similar music then. */
  isSimilar?: boolean;
}

export type Repeat = 'off' | 'all' | 'one';

export interface Queue {
  queue: readonly QueueEntry[];
  order: readonly string[];
  index: number;
  shuffle: boolean;
  repeat: Repeat;
}

export const EMPTY_QUEUE: Queue = { queue: [], order: [], index: -1, shuffle: false, repeat: 'off' };

export function toEntry(track: PlayerTrack): QueueEntry {
  return { ...track, key: newId() };
}

const keysOf = (entries: readonly QueueEntry[]) => entries.map((entry) => entry.key);

/** Fisher and Yates; `random` as Math.random. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

/** A new queue that starts at `index`. With shuffle on, that track comes first and all others follow once each. */
export function replace(q: Queue, tracks: readonly PlayerTrack[], index: number, random = Math.random): Queue {
  const entries = tracks.map(toEntry);
  const start = Math.max(0, Math.min(index, entries.length - 1));
  const first = entries[start];
  if (!first) return { ...q, queue: [], order: [], index: -1 };
  if (!q.shuffle) return { ...q, queue: entries, order: keysOf(entries), index: start };
  const rest = entries.filter((entry) => entry !== first);
  return { ...q, queue: [first, ...shuffled(rest, random)], order: keysOf(entries), index: 0 };
}

export function append(q: Queue, track: PlayerTrack & Pick<QueueEntry, 'isSimilar'>): Queue {
  const entry = toEntry(track);
  return { ...q, queue: [...q.queue, entry], order: [...q.order, entry.key], index: q.index < 0 ? 0 : q.index };
}

/** Right after the current track, and after what was put there before it in the original order too. */
export function insertNext(q: Queue, track: PlayerTrack): Queue {
  const entry = toEntry(track);
  const at = q.index + 1;
  const current = q.queue[q.index]?.key;
  const orderAt = current === undefined ? 0 : q.order.indexOf(current) + 1;
  return {
    ...q,
    queue: [...q.queue.slice(0, at), entry, ...q.queue.slice(at)],
    order: [...q.order.slice(0, orderAt), entry.key, ...q.order.slice(orderAt)],
    index: Math.max(q.index, 0),
  };
}

/** Right after the current track, which makes it the current one; what was to come follows it, and then `more`. */
export function playNow(q: Queue, track: PlayerTrack, more: readonly PlayerTrack[]): Queue {
  const next = insertNext(q, track);
  return more.reduce(append, { ...next, index: q.index + 1 });
}

/** Without the entry. Removing the current one makes the one after it (or the last) current. */
export function remove(q: Queue, key: string): Queue {
  const at = q.queue.findIndex((entry) => entry.key === key);
  if (at < 0) return q;
  const queue = q.queue.filter((entry) => entry.key !== key);
  const index = at < q.index ? q.index - 1 : Math.min(q.index, queue.length - 1);
  return { ...q, queue, order: q.order.filter((k) => k !== key), index };
}

/** Moves an entry to another place; the current track stays current. Outside shuffle this is the new original order. */
export function move(q: Queue, from: number, to: number): Queue {
  const entry = q.queue[from];
  if (!entry || to < 0 || to >= q.queue.length || from === to) return q;
  const current = q.queue[q.index]?.key;
  const queue = q.queue.filter((_, i) => i !== from);
  queue.splice(to, 0, entry);
  return {
    ...q,
    queue,
    order: q.shuffle ? q.order : keysOf(queue),
    index: queue.findIndex((e) => e.key === current),
  };
}

/** Leaves the current track alone in the queue. */
export function clearOthers(q: Queue): Queue {
  const current = q.queue[q.index];
  return current ? { ...q, queue: [current], order: [current.key], index: 0 } : { ...q, queue: [], order: [], index: -1 };
}

/** What was played stays as it was; what is to come is shuffled once, or goes back to its order. */
export function setShuffle(q: Queue, shuffle: boolean, random = Math.random): Queue {
  if (shuffle === q.shuffle) return q;
  if (shuffle) {
    const past = q.queue.slice(0, q.index + 1);
    return { ...q, shuffle, queue: [...past, ...shuffled(q.queue.slice(q.index + 1), random)] };
  }
  const current = q.queue[q.index]?.key;
  const rank = new Map(q.order.map((key, i) => [key, i]));
  const queue = [...q.queue].sort((a, b) => (rank.get(a.key) ?? 0) - (rank.get(b.key) ?? 0));
  return { ...q, shuffle, queue, index: queue.findIndex((entry) => entry.key === current) };
}

const firstAvailable = (q: Queue, from: number) => q.queue.findIndex((entry, at) => at >= from && !entry.unavailable);

/** Where playing goes from here, or -1. `byItself`: the track ended, nobody asked. */
export function following(q: Queue, byItself: boolean): number {
  if (q.index < 0) return -1;
  if (byItself && q.repeat === 'one') return q.index;
  const after = firstAvailable(q, q.index + 1);
  return after >= 0 || q.repeat === 'off' ? after : firstAvailable(q, 0);
}

/** Where `previous` goes: the track before, or the last one when everything repeats. */
export function preceding(q: Queue): number {
  const before = q.queue.slice(0, Math.max(q.index, 0)).findLastIndex((entry) => !entry.unavailable);
  if (before >= 0 || q.repeat !== 'all') return before >= 0 ? before : q.index;
  return q.queue.findLastIndex((entry) => !entry.unavailable);
}
