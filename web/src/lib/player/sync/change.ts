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

/** The next change on the way from `before` to `now`, or null when both are the same. */
export function nextChange(before: Content, now: Content): QueueChange | null {
  if (!sameItems(before, now)) {
    if (before.shuffle !== now.shuffle) return whole(now);
    const more = now.queue.length - before.queue.length;
    const small = more > 0 ? addition(before, now) : more === -1 ? removal(before, now) : more === 0 ? moving(before, now) : null;
    return small ?? whole(now);
  }
  const body = {
    ...(now.current !== before.current && now.current !== null && { current_item: now.current }),
    ...(now.repeat !== before.repeat && { repeat: now.repeat }),
    ...(now.volume !== before.volume && { volume: now.volume }),
  };
  return Object.keys(body).length > 0 ? { kind: 'patch', body } : null;
}
