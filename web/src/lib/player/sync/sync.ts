/* Keeps the player's queue and the one on the server the same, for whoever is signed in.
 *
 * Each second it looks at what the player has. What changed is written when it has settled; while something plays, where it is goes along every 15 seconds.
 * Every change names the version that this device has. When the server has a newer one, a device on which nothing was changed takes it; where something
 * was, both changes are put together, and the person chooses only where both are about which tracks there are. What only follows from playing (the time,
 * the next track) never asks and never overwrites. A device or a tab that does not play tells nobody where it is. */

import i18next from 'i18next';
import { hasCode } from '@/lib/api/problem';
import { readQueue, readQueueItems, type QueueItem, type ServerQueue } from '@/lib/api/queue/read';
import { writeQueue, type QueueChange } from '@/lib/api/queue/write';
import { isLeaving } from '@/lib/session/leaving';
import { sessionIsOfAnother } from '@/lib/session/hint';
import { clock } from '../clock';
import type { QueueEntry } from '../queue';
import { usePlayer } from '../store';
import { merge, nextChange, sameContent, sameItems, sumOf, whole, type Content } from './change';
import { askWhichQueue, useQueueConflict } from './conflict';
import { readNote, writeNote } from './note';

export const LOOK_MS = 1000;
const TELL_MS = 15_000;
const RETRY_MS = 15_000;
/** What differs by less was written exactly enough: while time goes on, and while it stands. */
const EXACT_S = { playing: 0.9, paused: 0.2 };
/** What a page that is left may still send. */
const LAST_WORDS = 60_000;

/** What the server tells of a change. */
export type Changed = Pick<ServerQueue, 'version' | 'item_count' | 'current_item' | 'offset_ms' | 'is_playing' | 'shuffle' | 'repeat' | 'volume'> & { items_changed: boolean };

/** A queue with all that the player knows of its items. */
type Copy = Omit<Content, 'queue'> & { queue: readonly QueueEntry[] };

function look(): Copy {
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

const copyOf = ({ current_item, shuffle, repeat, volume }: ServerQueue, { queue, order }: Entries): Copy => ({ queue, order, current: current_item, shuffle, repeat, volume });

class Sync {
  /** What the server has, as far as this device knows; null until it was read. */
  private base: Copy | null = null;
  private version = 0;
  /** Where the server thinks that we are, since when, and whether time goes on there. */
  private told = { position: 0, at: 0, playing: false };
  private seen: Content | null = null;
  /** Where it was a moment ago: a page that is being closed may have lost its sound already. */
  private lastPosition = 0;
  private busy = false;
  /** The queue was changed while it was read. */
  private missed = false;
  /** Somebody else has a newer queue, and nothing was changed here that would be worth a question. */
  private behind = false;
  /** The person would rather not choose now. */
  private postponed = false;
  private notBefore = 0;
  /** What was heard while something else was done, put together from that version on. */
  private waiting: { changed: Changed; from: number } | null = null;
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

  private agree(base: Copy, version: number): void {
    this.base = base;
    this.version = version;
    this.behind = this.postponed = false;
    this.note();
  }

  private note(): void {
    const now = look();
    writeNote({ version: this.version, clean: this.base === null || sameContent(this.base, now), sum: sumOf(now) });
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
    if (waiting) this.heard(waiting.changed, waiting.from);
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
    const isOfMine = note?.sum === sumOf(mine);
    const clean = note ? note.clean || !isOfMine : mine.queue.length === 0;
    this.noteTold(false);
    if (note && isOfMine && note.version === server.version) {
      if (!clean) return this.send([whole(mine)], server.version);
      this.agree(mine, server.version);
      return;
    }
    if (server.version === 0 || (server.item_count === 0 && mine.queue.length > 0)) {
      // Not what is set here: what was chosen before the server answered would never be sent.
      this.agree({ ...copyOf(server, { queue: [], order: [] }), ...(server.version === 0 && mine.queue.length === 0 && mine) }, server.version);
      return;
    }
    if (clean && !usePlayer.getState().isPlaying) return this.take(server);
    const entries = await this.readEntries(server);
    if (!entries || this.off) return;
    const theirs = copyOf(server, entries);
    // The last words of the page before have arrived; or play was pressed faster than we could read.
    if (sameContent(theirs, mine) || (clean && sameItems(theirs, mine))) this.agree(theirs, server.version);
    else await this.ask(theirs);
  }

  /** The server has another version than this device. */
  private async meet(server: ServerQueue, itemsChanged = true): Promise<void> {
    if (this.base && this.changedByHand) {
      const entries = itemsChanged ? await this.readEntries(server) : this.base;
      if (!entries || this.off) return;
      const theirs = copyOf(server, entries), mine = look();
      const both = merge(this.base, mine, theirs);
      if (!both) return this.ask(theirs);
      if (!sameContent(both, mine)) this.adopt(both, both.current === mine.current ? clock.position : server.offset_ms / 1000);
      this.agree(theirs, server.version);
    } else if (usePlayer.getState().isPlaying && server.current_item !== look().current) this.behind = true; // nobody asked for silence
    else await this.take(server, itemsChanged);
  }

  private adopt({ queue, order, current, shuffle, repeat, volume }: Copy, position: number): void {
    const index = queue.findIndex((entry) => entry.key === current);
    usePlayer.getState().takeQueue({ queue, order, index, shuffle, repeat }, volume / 100, position);
  }

  /** Takes the server's queue. */
  private async take(server: ServerQueue, itemsChanged = true): Promise<void> {
    const before = look();
    const entries = itemsChanged || !this.base ? await this.readEntries(server) : usePlayer.getState();
    if (this.off || !entries) return;
    if (!sameContent(before, look())) {
      this.missed = true; // the person changed something meanwhile: it is put together with what the server has
      return;
    }
    this.adopt(copyOf(server, entries), server.offset_ms / 1000);
    // Where it plays here and the server thinks that nothing does, it is told at once.
    this.noteTold(usePlayer.getState().isPlaying && server.is_playing);
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

  private async ask({ queue, current }: Copy): Promise<void> {
    const title = queue.find((entry) => entry.key === current)?.title ?? null;
    const choice = await askWhichQueue({ count: queue.length, title });
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
  heard(changed: Changed, from = changed.version): void {
    if (this.busy) {
      const before = this.waiting;
      this.waiting = { changed: { ...changed, items_changed: changed.items_changed || before?.changed.items_changed === true }, from: before?.from ?? from };
    } else if (this.base && changed.version > this.version && !this.postponed) {
      const missedSome = from > this.version + 1;
      void this.alone(() => this.meet({ ...changed, updated_at: null }, changed.items_changed || missedSome || this.behind));
    }
  }

  private async send(changes: QueueChange[], version: number): Promise<void> {
    const sent = look();
    const { isPlaying, isBuffering } = usePlayer.getState();
    const playing = isPlaying && !isBuffering;
    this.version = version;
    for (const change of changes) {
      const full = this.withPlace(change, playing);
      this.version = (await writeQueue(full, this.version)).version;
      if (full !== change) this.noteTold(playing);
    }
    this.agree(sent, this.version);
  }

  /** The change, with where we are where that is ours to tell. */
  private withPlace(change: QueueChange, playing: boolean, isOurs = playing): QueueChange {
    if (change.kind === 'put' || (change.kind === 'patch' && (isOurs || change.body.current_item || this.isDue())))
      return { ...change, body: { ...change.body, offset_ms: Math.round((clock.position || this.lastPosition) * 1000), is_playing: playing } } as QueueChange;
    return change;
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
    if ((isPlaying && isBuffering) || !current) return false;
    const moved = isPlaying !== this.told.playing || Math.abs(clock.position - this.expected()) > EXACT_S[isPlaying ? 'playing' : 'paused'];
    return moved || (isPlaying && performance.now() - this.told.at > TELL_MS);
  }

  private async tick(): Promise<void> {
    if (this.busy || this.off || performance.now() < this.notBefore) return;
    const idle = !usePlayer.getState().isPlaying && !this.changedByHand;
    if (!this.base || this.missed || (this.behind && idle && !this.postponed)) {
      this.missed = false;
      return this.read();
    }
    if (usePlayer.getState().gaveWay) {
      usePlayer.setState({ gaveWay: false });
      this.noteTold(false);
    }
    this.lastPosition = clock.position;
    const now = look();
    const settled = this.seen !== null && sameContent(this.seen, now);
    this.seen = now;
    if (!sameContent(this.base, now)) this.note();
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
    this.note();
    const change = second ? whole(look()) : (first ?? { kind: 'patch', body: {} });
    const full = this.withPlace(change, false, true);
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
