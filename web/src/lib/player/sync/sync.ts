/* Connects the replica of the queue (replica.ts) with the player, the server, the browser and the person. */

import i18next from 'i18next';
import { hasCode } from '@/lib/api/problem';
import { readQueue, readQueueItems, type QueueItem, type ServerQueue } from '@/lib/api/queue/read';
import { writeQueue } from '@/lib/api/queue/write';
import { personHere, sessionIsOfAnother } from '@/lib/session/hint';
import { isLeaving } from '@/lib/session/leaving';
import { clock } from '../clock';
import type { QueueEntry } from '../queue';
import { usePlayer } from '../store';
import { askWhichQueue, useQueueConflict } from './conflict';
import { readNote, writeNote } from './note';
import { Replica, type Copy, type Head } from './replica';

const LOOK_MS = 1000;
/** What a page that is left may still send. */
const LAST_WORDS = 60_000;

/** What the server tells of a change. */
export type Changed = Head & { items_changed: boolean };

function toEntry(item: QueueItem): QueueEntry {
  const { id: key, track_id, title, artist, album, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator } = item;
  const known = track_id !== null && creator !== null;
  return {
    key,
    id: track_id ?? '',
    title: title ?? i18next.t('player.queue.unseen'),
    artist,
    album,
    duration_ms: duration_ms ?? 0,
    cover_url,
    waveform_url,
    stream_manifest_url,
    loudness_lufs,
    true_peak_dbtp,
    creator: creator ?? { id: '', username: '', avatar: null, display_name: '' },
    ...(!known && { unavailable: true }),
  };
}

function look(): Copy {
  const { queue, order, current, shuffle, repeat, volume } = usePlayer.getState();
  return { queue, order, current: current?.key ?? null, shuffle, repeat, volume: Math.round(volume * 100) };
}

async function itemsOf({ version }: Pick<ServerQueue, 'version'>): Promise<Pick<Copy, 'queue' | 'order'> | null> {
  const items = await readQueueItems();
  if ((await readQueue()).version !== version) return null;
  const order = [...items].sort((a, b) => a.order - b.order).map((item) => item.id);
  /* the server does not know which the person did not put in themselves */
  const similar = new Set(usePlayer.getState().queue.flatMap(({ key, isSimilar }) => (isSimilar ? key : [])));
  return { queue: items.map((item) => ({ ...toEntry(item), ...(similar.has(item.id) && { isSimilar: true }) })), order };
}

class Sync {
  private stopped = false;
  /** Where it was a moment ago: a page that is being closed may have lost its sound already. */
  private last: { key: string | null; position: number } = { key: null, position: 0 };
  private readonly timer = setInterval(() => void this.step(), LOOK_MS);

  readonly replica = new Replica({
    player: {
      look,
      state: () => {
        const { isPlaying, isBuffering, wentOnTo } = usePlayer.getState();
        return { isPlaying, isBuffering, wentOnTo, position: this.position };
      },
      gaveWay: () => {
        const { gaveWay } = usePlayer.getState();
        if (gaveWay) usePlayer.setState({ gaveWay: false });
        return gaveWay;
      },
      take: ({ queue, order, current, shuffle, repeat, volume }, position) => {
        const index = queue.findIndex((entry) => entry.key === current);
        usePlayer.getState().takeQueue({ queue, order, index, shuffle, repeat }, volume / 100, position);
      },
      pause: () => usePlayer.getState().pause(),
    },
    server: { head: readQueue, items: itemsOf, write: writeQueue },
    choose: ({ queue, current }) => askWhichQueue({ count: queue.length, title: queue.find((entry) => entry.key === current)?.title ?? null }),
    now: () => performance.now(),
    who: personHere,
    isOff: () => this.stopped || isLeaving() || sessionIsOfAnother(),
    note: { read: readNote, write: writeNote },
    verdict: (error) => (hasCode(error, 'conflict') ? 'stale' : hasCode(error, 'validation', 'not_found') ? 'refused' : null),
  });

  constructor() {
    addEventListener('pagehide', this.leave);
    addEventListener('pageshow', this.comeBack);
    addEventListener('online', this.hurry);
    document.addEventListener('visibilitychange', this.hurry);
    void this.step();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    removeEventListener('pagehide', this.leave);
    removeEventListener('pageshow', this.comeBack);
    removeEventListener('online', this.hurry);
    document.removeEventListener('visibilitychange', this.hurry);
    useQueueConflict.getState().answer('later');
  }

  private get position(): number {
    const { key, position } = this.last;
    return clock.position || (key === usePlayer.getState().current?.key && usePlayer.getState().isPlaying ? position : 0);
  }

  private step(): Promise<void> {
    this.last = { key: usePlayer.getState().current?.key ?? null, position: clock.position };
    return this.replica.step();
  }

  private readonly hurry = () => this.replica.hurry();

  private readonly comeBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted) this.replica.doubt();
  };

  private readonly leave = () => {
    const last = this.replica.lastWords();
    if (last && JSON.stringify(last.change).length < LAST_WORDS) writeQueue(last.change, last.version, true).catch(() => undefined);
  };
}

let sync: Sync | null = null;

/** Begins; the returned function ends it. */
export function syncQueue(): () => void {
  const started = new Sync();
  sync = started;
  return () => {
    started.stop();
    if (sync === started) sync = null;
  };
}

/** The server's message. */
export const queueChanged = (changed: Changed): void => sync?.replica.heard(changed, changed.items_changed);

/** Messages may have been missed. */
export const rereadQueue = (): void => sync?.replica.doubt();
