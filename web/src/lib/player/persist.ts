/* What the player remembers: this tab's queue over a reload, and the last queue and settings for a new tab. */

import { LOUDNESS_TARGETS, type LoudnessTarget } from '@/lib/audio/gain';
import { QUALITIES, type Quality } from '@/lib/audio/quality';
import { sessionIsOfAnother } from '@/lib/session/hint';
import { isLeaving } from '@/lib/session/leaving';
import { isId, newId } from './id';
import { EMPTY_QUEUE, type Queue, type QueueEntry, type Repeat } from './queue';

const KEY = 'veza.player';
/** Of the copy of the queue (sync/note.ts). */
export const NOTE = 'veza.queue';
const VERSION = 1;
/** A queue of thousands would fill the browser's storage: the server has the rest, unless something of it could not be sent yet. */
const LONGEST = { sent: 300, unsent: 3000 };

export interface Remembered extends Queue {
  position: number;
  volume: number;
  muted: boolean;
  quality: Quality;
  loudness: LoudnessTarget;
}

export const DEFAULTS: Remembered = {
  ...EMPTY_QUEUE,
  position: 0,
  volume: 0.8,
  muted: false,
  quality: 'auto',
  loudness: -14,
};

const between = (value: unknown, low: number, high: number, otherwise: number) =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;

const isEntry = (value: unknown): value is QueueEntry => {
  const entry = value as Partial<QueueEntry> | null;
  return typeof entry?.id === 'string' && typeof entry.key === 'string' && typeof entry.title === 'string' && entry.creator !== undefined;
};

/** Older versions of the app kept no display name. */
const withDisplayName = (entry: QueueEntry): QueueEntry => ({ ...entry, creator: { ...entry.creator, display_name: entry.creator.display_name || entry.creator.username } });

/** Older versions of the app had keys that the server would not take. */
function renameKeys(queue: QueueEntry[], order: string[]): void {
  const names = new Map(queue.map(({ key }) => [key, isId(key) ? key : newId()]));
  for (const entry of queue) entry.key = names.get(entry.key) ?? entry.key;
  order.forEach((key, at) => (order[at] = names.get(key) ?? key));
}

/** Reads what was saved, by whatever version, without believing any of it. */
export function parse(text: string | null): Remembered {
  if (!text) return DEFAULTS;
  try {
    const saved = JSON.parse(text) as Partial<Remembered> & { v?: number };
    if (saved.v !== VERSION) return DEFAULTS;
    const queue = Array.isArray(saved.queue) ? saved.queue.filter(isEntry).map(withDisplayName) : [];
    const keys = new Set(queue.map((entry) => entry.key));
    const order = Array.isArray(saved.order) ? saved.order.filter((key) => keys.has(key)) : [];
    renameKeys(queue, order);
    const complete = order.length === queue.length;
    return {
      queue,
      order: complete ? order : queue.map((entry) => entry.key),
      index: queue.length === 0 ? -1 : Math.round(between(saved.index, 0, queue.length - 1, 0)),
      shuffle: saved.shuffle === true && complete,
      repeat: (['off', 'all', 'one'] as const).find((r): r is Repeat => r === saved.repeat) ?? 'off',
      position: between(saved.position, 0, 86_400, 0),
      volume: between(saved.volume, 0, 1, DEFAULTS.volume),
      muted: saved.muted === true,
      quality: QUALITIES.find((q) => q === saved.quality) ?? 'auto',
      loudness: LOUDNESS_TARGETS.find((l) => l === saved.loudness) ?? DEFAULTS.loudness,
    };
  } catch {
    return DEFAULTS;
  }
}

export function serialise(state: Remembered, longest = LONGEST.sent): string {
  const first = Math.max(0, Math.min(state.index - 20, state.queue.length - longest));
  const queue = state.queue.slice(first, first + longest);
  const kept = new Set(queue.map((entry) => entry.key));
  return JSON.stringify({
    v: VERSION,
    queue,
    order: state.order.filter((key) => kept.has(key)),
    index: state.index < 0 ? -1 : state.index - first,
    shuffle: state.shuffle,
    repeat: state.repeat,
    position: Math.round(state.position * 10) / 10,
    volume: state.volume,
    muted: state.muted,
    quality: state.quality,
    loudness: state.loudness,
  });
}

export function recall(): Remembered {
  try {
    return parse(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY));
  } catch {
    return DEFAULTS;
  }
}

export function remember(state: Remembered): void {
  if (isLeaving() || sessionIsOfAnother()) return; /* what this tab played is no business of whoever comes next */
  for (const longest of isUnsent() ? [LONGEST.unsent, LONGEST.sent] : [LONGEST.sent]) {
    try {
      const text = serialise(state, longest);
      sessionStorage.setItem(KEY, text);
      localStorage.setItem(KEY, text);
      return;
    } catch {
      /* storage is full or forbidden: the queue lasts until the page is closed */
    }
  }
}

/** Was the queue changed here since the server had it? */
function isUnsent(): boolean {
  try {
    return (JSON.parse(sessionStorage.getItem(NOTE) ?? 'null') as { clean?: boolean } | null)?.clean === false;
  } catch {
    return false;
  }
}

/** Keeps how the device is set and nothing of what was played. */
export function forgetQueue(): void {
  const { volume, muted, quality, loudness } = recall();
  for (const key of [KEY, NOTE]) sessionStorage.removeItem(key);
  localStorage.removeItem(NOTE);
  localStorage.setItem(KEY, serialise({ ...DEFAULTS, volume, muted, quality, loudness }));
}
