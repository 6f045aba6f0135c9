/* What has to be written so that the server has the queue that this device has: one small change after the other, or all of it. */

import type { QueueChange } from '@/lib/api/queue/write';
import type { QueueEntry, Repeat } from '../queue';

/** A queue as both sides know it. Times are not part of it. */
export interface Content {
  queue: readonly Pick<QueueEntry, 'key' | 'id' | 'unavailable'>[];
  /** Keys in the order without shuffle. */
  order: readonly string[];
  current: string | null;
  shuffle: boolean;
  repeat: Repeat;
  /** In percent. */
  volume: number;
}

const same = (a: readonly string[], b: readonly string[]) => a === b || (a.length === b.length && a.every((key, i) => key === b[i]));
const keysOf = (content: Content) => content.queue.map((entry) => entry.key);

/** The order without shuffle means nothing while there is none. */
const ordersMatch = (a: readonly string[], b: Content) => !b.shuffle || same(a, b.order);

export const sameItems = (a: Content, b: Content) => (a.queue === b.queue || same(keysOf(a), keysOf(b))) && a.shuffle === b.shuffle && ordersMatch(a.order, b);

export const sameContent = (a: Content, b: Content) => sameItems(a, b) && a.current === b.current && a.repeat === b.repeat && a.volume === b.volume;

/** Stands for the content in a few letters: whether a copy that was kept is the one that was spoken of. */
export function sumOf({ queue, order, current, shuffle, repeat, volume }: Content): string {
  const text = [queue.map((entry) => entry.key), shuffle ? order : [], current, shuffle, repeat, volume].join();
  let [one, two] = [0x811c9dc5, 0x41c6ce57];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    one = Math.imul(one ^ code, 0x01000193); // FNV-1a, twice
    two = Math.imul(two ^ code, 0x9e3779b1);
  }
  return `${(one >>> 0).toString(36)}.${(two >>> 0).toString(36)}`;
}

/** What comes of `base` when both of these were made of it: what one of them changed. Where both did, `theirs` counts, so that of two who press "next" at
 * once one is obeyed; but null where both changed which items there are, which nobody can decide but the person. */
export function merge<C extends Content>(base: Content, mine: C, theirs: C): C | null {
  const keepsItems = sameItems(base, theirs);
  if (!keepsItems && !sameItems(base, mine) && !sameItems(mine, theirs)) return null;
  const items = keepsItems ? mine : theirs;
  const pick = <K extends 'current' | 'repeat' | 'volume'>(key: K): Content[K] => (theirs[key] === base[key] ? mine[key] : theirs[key]);
  const current = pick('current');
  const isThere = items.queue.some((entry) => entry.key === current);
  return { ...items, current: isThere ? current : items.current, repeat: pick('repeat'), volume: pick('volume') };
}

/** Everything. */
export function whole(now: Content): QueueChange {
  const place = new Map(now.order.map((key, i) => [key, i]));
  return {
    kind: 'put',
    body: {
      items: now.queue.map(({ key, id, unavailable }) => ({
        id: key,
        track_id: unavailable ? null : id,
        ...(now.shuffle && { order: place.get(key) ?? 0 }),
      })),
      ...(now.current !== null && { current_item: now.current }),
      shuffle: now.shuffle,
      repeat: now.repeat,
      volume: now.volume,
    },
  };
}

function insertAfter(order: readonly string[], after: string | null, keys: readonly string[]): string[] {
  const at = after === null ? 0 : order.indexOf(after) + 1;
  return [...order.slice(0, at), ...keys, ...order.slice(at)];
}

function addition(before: Content, now: Content): QueueChange | null {
  const old = keysOf(before), keys = keysOf(now), count = keys.length - old.length;
  const at = old.findIndex((key, i) => key !== keys[i]);
  const from = at < 0 ? old.length : at;
  if (!same(old.slice(from), keys.slice(from + count))) return null;
  const added = now.queue.slice(from, from + count);
  if (added.some((entry) => entry.unavailable)) return null;
  const items = added.map(({ key, id }) => ({ id: key, track_id: id }));
  const atEnd = from === old.length;
  const addedKeys = items.map((item) => item.id);
  if (atEnd && ordersMatch([...before.order, ...addedKeys], now)) return { kind: 'add', body: { items } };
  const after = keys[from - 1] ?? null;
  return ordersMatch(insertAfter(before.order, after, addedKeys), now) ? { kind: 'add', body: { items, after } } : null;
}

function removal(before: Content, now: Content): QueueChange | null {
  const keys = keysOf(now);
  const gone = before.queue.find((entry, i) => entry.key !== keys[i]);
  if (!gone) return null;
  const without = (list: readonly string[]) => list.filter((key) => key !== gone.key);
  return same(without(keysOf(before)), keys) && ordersMatch(without(before.order), now) ? { kind: 'remove', id: gone.key } : null;
}

/** One item that stands elsewhere. */
function moving(before: Content, now: Content): QueueChange | null {
  const old = keysOf(before), keys = keysOf(now);
  const first = old.findIndex((key, i) => key !== keys[i]);
  const last = old.findLastIndex((key, i) => key !== keys[i]);
  for (const item of [old[first], old[last]]) {
    if (item === undefined) continue;
    const rest = old.filter((key) => key !== item);
    const to = keys.indexOf(item);
    if (to < 0 || !same(insertAfter(rest, keys[to - 1] ?? null, [item]), keys)) continue;
    return ordersMatch(before.order, now) ? { kind: 'patch', body: { move: { item, after: keys[to - 1] ?? null } } } : null;
  }
  return null;
}

export interface Step<C> {
  change: QueueChange;
  /** What the server has then, but for what it decides by itself: where the current item is removed, which one is current. */
  after: C;
}

/** The next change on the way from `before` to `now`, or null when both are the same. */
export function nextChange<C extends Content>(before: C, now: C): Step<C> | null {
  if (!sameItems(before, now)) {
    const more = now.queue.length - before.queue.length;
    const small = before.shuffle !== now.shuffle ? null : more > 0 ? addition(before, now) : more === -1 ? removal(before, now) : more === 0 ? moving(before, now) : null;
    return small ? { change: small, after: { ...before, queue: now.queue, order: now.order } } : { change: whole(now), after: now };
  }
  const body = {
    ...(now.current !== before.current && now.current !== null && { current_item: now.current }),
    ...(now.repeat !== before.repeat && { repeat: now.repeat }),
    ...(now.volume !== before.volume && { volume: now.volume }),
  };
  return Object.keys(body).length > 0 ? { change: { kind: 'patch', body }, after: now } : null;
}
