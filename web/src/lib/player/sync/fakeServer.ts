/* For tests: a server's queue, as src/modules/queue keeps it. */

import type { QueueChange } from '@/lib/api/queue/write';
import { playerTrack } from '@/testing/fixtures';
import type { QueueEntry } from '../queue';
import type { Copy, Head } from './replica';

const entryOf = (key: string, id: string): QueueEntry => ({ ...playerTrack(id), key });

/** What the server makes of a change. Throws 'refused' where it would not take it. */
export function applied<C extends { queue: readonly { key: string; id: string }[]; order: readonly string[]; current: string | null; shuffle: boolean; repeat: Copy['repeat']; volume: number }>(
  before: C,
  change: QueueChange,
): C {
  const keys = before.queue.map((entry) => entry.key);
  const entries = new Map(before.queue.map((entry) => [entry.key, entry]));
  const put = (list: readonly string[], after: string | null | undefined, added: readonly string[]) => {
    if (typeof after === 'string' && !keys.includes(after)) throw new Error('refused');
    const at = after === undefined ? list.length : after === null ? 0 : list.indexOf(after) + 1;
    return [...list.slice(0, at), ...added, ...list.slice(at)];
  };
  const from = (list: readonly string[]) => list.flatMap((key) => entries.get(key) ?? []);
  switch (change.kind) {
    case 'put': {
      const { items, current_item, shuffle, repeat, volume } = change.body;
      const ids = items.map(({ id = '' }) => id);
      if (new Set(ids).size < ids.length || (current_item && !ids.includes(current_item))) throw new Error('refused');
      for (const { id = '', track_id } of items) entries.set(id, entryOf(id, track_id ?? entries.get(id)?.id ?? ''));
      const order = items.map((item, n) => ({ id: item.id ?? '', n: item.order ?? n })).sort((a, b) => a.n - b.n);
      return { ...before, queue: from(ids), order: order.map(({ id }) => id), current: current_item ?? ids[0] ?? null, shuffle: shuffle ?? before.shuffle, repeat: repeat ?? before.repeat, volume: volume ?? before.volume };
    }
    case 'add': {
      const { items, after } = change.body;
      const ids = items.map(({ id = '' }) => id);
      if (ids.some((id) => keys.includes(id))) throw new Error('refused');
      items.forEach(({ id = '', track_id }) => entries.set(id, entryOf(id, track_id)));
      return { ...before, queue: from(put(keys, after, ids)), order: put(before.order, after, ids), current: before.current ?? ids[0] ?? null };
    }
    case 'remove': {
      const at = keys.indexOf(change.id);
      if (at < 0) throw new Error('refused');
      const left = keys.filter((key) => key !== change.id);
      return { ...before, queue: from(left), order: before.order.filter((key) => key !== change.id), current: before.current === change.id ? (left[at] ?? left.at(-1) ?? null) : before.current };
    }
    case 'patch': {
      const { move, current_item, repeat, volume } = change.body;
      if ((current_item && !keys.includes(current_item)) || (move && !keys.includes(move.item))) throw new Error('refused');
      const queue = move ? from(put(keys.filter((key) => key !== move.item), move.after ?? null, [move.item])) : before.queue;
      return { ...before, queue, current: current_item ?? before.current, repeat: repeat ?? before.repeat, volume: volume ?? before.volume };
    }
  }
}

export class FakeServer {
  content: Copy = { queue: [], order: [], current: null, shuffle: false, repeat: 'off', volume: 100 };
  version = 0;
  private place = { position: 0, at: 0, isPlaying: false };
  /** Called after each change. */
  onChange: (head: Head, areItemsOthers: boolean) => void = () => undefined;

  constructor(private readonly now: () => number) {}

  get position(): number {
    return this.place.position + (this.place.isPlaying ? Math.min(30, (this.now() - this.place.at) / 1000) : 0);
  }

  get head(): Head {
    const { queue, current, shuffle, repeat, volume } = this.content;
    return { version: this.version, item_count: queue.length, current_item: current, offset_ms: Math.round(this.position * 1000), is_playing: this.place.isPlaying, shuffle, repeat, volume };
  }

  get entries(): Pick<Copy, 'queue' | 'order'> {
    const { queue, order, shuffle } = this.content;
    return { queue, order: shuffle ? order : queue.map((entry) => entry.key) };
  }

  write(change: QueueChange, version: number): Head {
    if (version !== this.version) throw new Error('stale');
    const before = this.content;
    this.content = applied(before, change);
    this.version += 1;
    const told = change.kind === 'put' || change.kind === 'patch' ? change.body : {};
    const reset = change.kind === 'put' || this.content.current !== before.current;
    const isPlaying = told.is_playing ?? (change.kind === 'put' ? false : this.place.isPlaying);
    this.place = { position: told.offset_ms !== undefined ? told.offset_ms / 1000 : reset ? 0 : this.position, at: this.now(), isPlaying };
    const others = before.shuffle !== this.content.shuffle || String(before.queue.map((one) => one.key)) !== String(this.content.queue.map((one) => one.key)) || change.kind === 'put';
    this.onChange(this.head, others);
    return this.head;
  }
}
