/* Keeps the player's queue and the one on the server the same, for whoever is signed in.
 *
 * Each second it looks at what the player has. What changed is written when it has settled; while something plays, where it is goes along every 15 seconds.
 * Every change names the version that this device has. When the server has a newer one, a device on which nothing was changed takes it; otherwise
 * the person chooses. What only follows from playing (the time, the next track) never asks and never overwrites. */

import i18next from 'i18next';
import { hasCode } from '@/lib/api/problem';
import { readQueue, readQueueItems, type QueueItem, type ServerQueue } from '@/lib/api/queue/read';
import { writeQueue, type QueueChange } from '@/lib/api/queue/write';
import { isLeaving } from '@/lib/session/leaving';
import { sessionIsOfAnother } from '@/lib/session/hint';
import { clock } from '../clock';
import type { QueueEntry } from '../queue';
import { usePlayer } from '../store';
import { nextChange, sameContent, sameItems, whole, type Content } from './change';
import { askWhichQueue, useQueueConflict } from './conflict';
import { readNote, writeNote } from './note';

export const LOOK_MS = 1000;
const TELL_MS = 15_000;
const RETRY_MS = 15_000;
/** What differs by less was written exactly enough. */
const EXACT_S = 1.5;
/** What a page that is left may still send. */
const LAST_WORDS = 60_000;

/** What the server tells of a change. */
export type Changed = Pick<ServerQueue, 'version' | 'item_count' | 'current_item' | 'offset_ms' | 'is_playing' | 'shuffle' | 'repeat' | 'volume'> & { items_changed: boolean };

function look(): Content {
  const { queue, order, current, shuffle, repeat, volume } = usePlayer.getState();
  return { queue, order, current: current?.key ?? null, shuffle, repeat, volume: Math.round(volume * 100) };
}

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

interface Entries {
  queue: readonly QueueEntry[];
  order: readonly string[];
}

class Sync {
  /** What the server has, as far as this device knows; null until it was read. */
  private base: Content | null = null;
  private version = 0;
  /** Where the server thinks that we are, since when, and whether time goes on there. */
  private told = { position: 0, at: 0, playing: false };
  private seen: Content | null = null;
  private busy = false;
  /** The queue was changed while it was read. */
  private missed = false;
  /** Somebody else has a newer queue, and nothing was changed here that would be worth a question. */
  private behind = false;
  /** The person would rather not choose now. */
  private postponed = false;
  private notBefore = 0;
  private waiting: Changed | null = null;
  private stopped = false;
  private readonly timer = setInterval(() => void this.tick(), LOOK_MS);

  constructor() {
    addEventListener('pagehide', this.leave);
    addEventListener('online', this.now);
    document.addEventListener('visibilitychange', this.now);
    void this.read();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    removeEventListener('pagehide', this.leave);
    removeEventListener('online', this.now);
    document.removeEventListener('visibilitychange', this.now);
    useQueueConflict.getState().answer('later');
  }

  private readonly now = () => {
    this.notBefore = 0;
  };

  private get off(): boolean {
    return this.stopped || isLeaving() || sessionIsOfAnother();
  }

  /** Was something changed here that does not just follow from playing? */
  private get changedByHand(): boolean {
    const now = look();
    const { wentOnTo } = usePlayer.getState();
    return this.base !== null && !sameContent({ ...this.base, ...(now.current === wentOnTo && { current: now.current }) }, now);
  }

  private expected(): number {
    return this.told.position + (this.told.playing ? (performance.now() - this.told.at) / 1000 : 0);
  }

  private noteTold(playing: boolean): void {
    this.told = { position: clock.position, at: performance.now(), playing };
  }

  private agree(base: Content, version: number): void {
    this.base = base;
    this.version = version;
    this.behind = this.postponed = false;
    writeNote({ version, clean: sameContent(base, look()) });
  }

  /** Does one thing after the other; what comes meanwhile waits. */
  private async alone(work: () => Promise<void>): Promise<void> {
    if (this.busy || this.off) return;
    this.busy = true;
    try {
      await work();
    } catch {
      this.notBefore = performance.now() + RETRY_MS; // no network, or the server is away: what is here is kept and sent later
    } finally {
      this.busy = false;
    }
    const { waiting } = this;
    this.waiting = null;
    if (waiting) this.heard(waiting);
  }

  /** At the beginning, and when messages may have been missed. */
  read(): Promise<void> {
    return this.alone(async () => {
      const server = await readQueue();
      if (this.off) return;
      if (!this.base) await this.begin(server);
      else if (server.version !== this.version) await this.meet(server);
    });
  }

  private async begin(server: ServerQueue): Promise<void> {
    const mine = look();
    const note = readNote();
    const clean = note ? note.clean : mine.queue.length === 0;
    if (note?.version === server.version && mine.queue.length === server.item_count) {
      if (!clean) return this.send([whole(mine)], server.version);
      this.agree(mine, server.version);
      this.told = { position: server.offset_ms / 1000, at: performance.now(), playing: server.is_playing };
      return;
    }
    if (server.version === 0 || (server.item_count === 0 && mine.queue.length > 0)) {
      this.agree(mine.queue.length > 0 ? { ...mine, queue: [], order: [], current: null } : mine, server.version);
      return;
    }
    if (clean && !usePlayer.getState().isPlaying) return this.take(server);
    const entries = await this.readEntries(server);
    if (!entries || this.off) return;
    const theirs = { ...entries, current: server.current_item, shuffle: server.shuffle, repeat: server.repeat, volume: server.volume };
    // The last words of the page before have arrived; or play was pressed faster than we could read.
    if (sameContent(theirs, mine) || (clean && sameItems(theirs, mine))) this.agree(theirs, server.version);
    else await this.ask(server, entries);
  }

  /** The server has another version than this device. */
  private async meet(server: ServerQueue, itemsChanged = true): Promise<void> {
    if (this.changedByHand) return this.ask(server, await this.readEntries(server));
    if (usePlayer.getState().isPlaying && server.current_item !== look().current) this.behind = true; // nobody asked for silence
    else await this.take(server, itemsChanged);
  }

  /** Takes the server's queue. */
  private async take(server: ServerQueue, itemsChanged = true): Promise<void> {
    const entries = itemsChanged || !this.base ? await this.readEntries(server) : usePlayer.getState();
    if (this.off || !entries) return;
    const { queue, order } = entries;
    const index = queue.findIndex((entry) => entry.key === server.current_item);
    usePlayer.getState().takeQueue({ queue, order, index, shuffle: server.shuffle, repeat: server.repeat }, server.volume / 100, server.offset_ms / 1000);
    this.noteTold(usePlayer.getState().isPlaying);
    this.agree(look(), server.version);
  }

  /** Null when the queue was changed while it was read: it is read once more. */
  private async readEntries(server: ServerQueue): Promise<Entries | null> {
    const items = await readQueueItems();
    if ((await readQueue()).version !== server.version) {
      this.missed = true;
      return null;
    }
    const order = [...items].sort((a, b) => a.order - b.order).map((item) => item.id);
    return { queue: items.map(toEntry), order };
  }

  private async ask(server: ServerQueue, entries: Entries | null): Promise<void> {
    if (!entries) return;
    const title = entries.queue.find((entry) => entry.key === server.current_item)?.title ?? null;
    const choice = await askWhichQueue({ count: entries.queue.length, title });
    if (this.off) return;
    if (choice === 'later') {
      this.base = look(); // asked again at the next change
      this.behind = this.postponed = true;
      return;
    }
    const fresh = await readQueue();
    if (choice === 'mine') return this.send([whole(look())], fresh.version);
    usePlayer.getState().pause();
    this.base = null;
    await this.take(fresh);
  }

  /** The server tells of a change, perhaps of our own. */
  heard(changed: Changed): void {
    if (this.busy) this.waiting = changed;
    else if (this.base && changed.version > this.version && !this.changedByHand) {
      const missedSome = changed.version > this.version + 1;
      void this.alone(() => this.meet({ ...changed, updated_at: null }, changed.items_changed || missedSome || this.behind));
    }
  }

  private async send(changes: QueueChange[], version: number): Promise<void> {
    const sent = look();
    const { isPlaying, isBuffering } = usePlayer.getState();
    const playing = isPlaying && !isBuffering;
    this.version = version;
    for (const change of changes) {
      const place = { offset_ms: Math.round(clock.position * 1000), is_playing: playing };
      const full = change.kind === 'put' || change.kind === 'patch' ? ({ ...change, body: { ...change.body, ...place } } as QueueChange) : change;
      this.version = (await writeQueue(full, this.version)).version;
      if (full !== change) this.noteTold(playing);
    }
    this.agree(sent, this.version);
  }

  /** What must be written for the server to have what is here: the items first, then what plays. */
  private changes(): QueueChange[] {
    if (!this.base) return [];
    const now = look();
    const first = nextChange(this.base, now);
    if (!first) return this.isDue() ? [{ kind: 'patch', body: {} }] : [];
    if (first.kind === 'put' || sameItems(this.base, now)) return [first];
    const current = first.kind === 'remove' && first.id === this.base.current ? null : this.base.current;
    const rest = nextChange({ ...this.base, queue: now.queue, order: now.order, current }, now);
    return rest ? [first, rest] : [first];
  }

  /** Is the server to be told where we are? */
  private isDue(): boolean {
    const { isPlaying, isBuffering, current } = usePlayer.getState();
    if (isBuffering || !current) return false;
    const moved = Math.abs(clock.position - this.expected()) > EXACT_S || isPlaying !== this.told.playing;
    return moved || (isPlaying && performance.now() - this.told.at > TELL_MS);
  }

  private async tick(): Promise<void> {
    if (this.busy || this.off || performance.now() < this.notBefore) return;
    const idle = !usePlayer.getState().isPlaying && !this.changedByHand;
    if (!this.base || this.missed || (this.behind && idle && !this.postponed)) {
      this.missed = false;
      return this.read();
    }
    const now = look();
    const settled = this.seen !== null && sameContent(this.seen, now);
    this.seen = now;
    if (!sameContent(this.base, now)) writeNote({ version: this.version, clean: false });
    if (!settled || (this.behind && !this.changedByHand)) return;
    const changes = this.changes();
    if (changes.length > 0) await this.alone(() => this.write(changes));
  }

  private async write(changes: QueueChange[]): Promise<void> {
    try {
      await this.send(changes, this.version);
    } catch (error) {
      if (hasCode(error, 'conflict')) await this.meet(await readQueue());
      else if (hasCode(error, 'validation', 'not_found')) await this.send([whole(look())], this.version);
      else throw error;
    }
  }

  /** The page is left: its last words, in one request. */
  private readonly leave = () => {
    if (this.busy || this.off || !this.base || (this.behind && !this.changedByHand)) return;
    const [first, second] = this.changes();
    if (!first && !usePlayer.getState().isPlaying) return;
    if (!sameContent(this.base, look())) writeNote({ version: this.version, clean: false });
    const change = second ? whole(look()) : (first ?? { kind: 'patch', body: {} });
    const place = { offset_ms: Math.round(clock.position * 1000), is_playing: false };
    const full = change.kind === 'put' || change.kind === 'patch' ? ({ ...change, body: { ...change.body, ...place } } as QueueChange) : change;
    if (JSON.stringify(full).length < LAST_WORDS) writeQueue(full, this.version, true).catch(() => undefined);
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
export const queueChanged = (changed: Changed): void => sync?.heard(changed);

/** Messages may have been missed. */
export const rereadQueue = (): void => void sync?.read();
