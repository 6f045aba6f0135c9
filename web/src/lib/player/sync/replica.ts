/* This device's copy of the person's queue, and how it and the one on the server become the same again. No browser in here: sync.ts connects it.
 *
 * `base` is what the server had at `version`; what the player has now is read anew each time it is needed, and never kept over a wait, so nothing that a person
 * changes is overwritten by what was asked for before. step() does one exchange with the server, or none:
 *
 *     something newer may be there (`isStale`)   read it, and put together what was changed there and here since `base` (merge)
 *     the player differs from `base`             write one change, which names `version`. Refused: something newer is there
 *     the player is where nobody knows           tell where it is
 *
 * and ends with `base` = what the server has. Where both changed which tracks there are, the person chooses. A request of which no answer came has been carried out
 * or not: the next thing is to read, and what was sent is known there (`sent`). What another device does never stops the sound here: where it goes on to another
 * track, this one plays on by itself (`apart`), and tells nobody, until it pauses or the person picks something. */

import type { QueueChange } from '@/lib/api/queue/write';
import type { QueueEntry } from '../queue';
import { merge, nextChange, sameContent, sameItems, sumOf, whole, type Content } from './change';

/** A queue with all that the player knows of its items. */
export type Copy = Omit<Content, 'queue'> & { queue: readonly QueueEntry[] };

/** The server's queue without its items. */
export interface Head {
  version: number;
  item_count: number;
  current_item: string | null;
  offset_ms: number;
  is_playing: boolean;
  shuffle: boolean;
  repeat: Copy['repeat'];
  volume: number;
}

/** What was known of the copy that the browser keeps, when it was kept. */
export interface Note {
  /** Whose queue it is. */
  who: string | null;
  version: number;
  /** Nothing had been changed here since. */
  clean: boolean;
  /** Of the copy (`sumOf`): both are written at different moments, and other tabs write them too. */
  sum: string;
}

export interface Player {
  look(): Copy;
  state(): { isPlaying: boolean; isBuffering: boolean; position: number; /** What playing went on to by itself. */ wentOnTo: string | null };
  /** Did it pause since another tab plays? Told once. */
  gaveWay(): boolean;
  take(copy: Copy, position: number): void;
  pause(): void;
}

export interface Server {
  head(): Promise<Head>;
  /** The items in the order of playing, and their keys in that without shuffle; null when the queue was changed meanwhile. */
  items(head: Head): Promise<Pick<Copy, 'queue' | 'order'> | null>;
  write(change: QueueChange, version: number): Promise<Head>;
}

export type Choice = 'theirs' | 'mine' | 'later';

export interface World {
  player: Player;
  server: Server;
  choose(other: Copy): Promise<Choice>;
  /** In milliseconds. */
  now(): number;
  who(): string | null;
  /** This page is no longer the person's. */
  isOff(): boolean;
  note: { read(): Note | null; write(note: Note): void };
  /** What the server said of a change: 'stale' where it has another version, 'refused' where it will never take it, null where nothing is known of it. */
  verdict(error: unknown): 'stale' | 'refused' | null;
}

/** Says nothing but where we are. */
const HERE: QueueChange = { kind: 'patch', body: {} };
/** Of requests without an answer, so many are remembered. */
const MOST_SENT = 5;
const TELL_MS = 15_000;
/** After a request without an answer; twice as long after each that follows, up to the second. */
const RETRY_MS = { first: 1000, most: 16_000 };
/** What differs by less, in seconds, was told exactly enough: while time goes on, and while it stands. */
const EXACT_S = { playing: 0.9, paused: 0.2 };

interface Place {
  position: number;
  at: number;
  isPlaying: boolean;
}

/** The server does not know where in the item we are. */
const NOWHERE: Place = { position: Number.NEGATIVE_INFINITY, at: 0, isPlaying: false };

export class Replica {
  private base: Copy | null = null;
  private version = 0;
  private isStale = true;
  /** The newest version that messages told of, since the last read began. */
  private heardOf = 0;
  private sent: Copy[] = [];
  /** What the server will have when the request that is under way is answered. */
  private underWay: Copy | null = null;
  /** Where this device last said that it was; or where it is since nobody asked. */
  private told: Place;
  /** Where the server thinks that the person is. */
  private there: Place;
  private apart: string | null = null;
  private isBusy = false;
  private notBefore = 0;
  private waitMs = RETRY_MS.first;
  private seen: Content | null = null;
  /** What the person was asked about and would rather not decide now. */
  private postponed: Copy | null = null;
  /** A small change was refused: all of it is written. */
  private needsWhole = false;
  private refused: Copy | null = null;
  /** As the page was opened. */
  private readonly start: Copy;
  private readonly note: Note | null;
  /** The copy that the browser kept is another person's. */
  private readonly isOfAnother: boolean;
  private noted = '';

  constructor(private readonly world: World) {
    this.start = world.player.look();
    const note = world.note.read();
    this.isOfAnother = note !== null && note.who !== world.who();
    this.note = this.isOfAnother ? null : note;
    this.told = this.here(false);
    this.there = this.told;
  }

  /** Something may have been missed. */
  doubt(): void {
    this.isStale = true;
    this.notBefore = 0;
  }

  /** Tries again at once. */
  hurry(): void {
    this.notBefore = 0;
  }

  /** Called every second. */
  async step(): Promise<void> {
    if (this.isBusy || this.world.isOff()) return;
    const isSettled = this.observe();
    if (this.world.now() < this.notBefore) return;
    this.isBusy = true;
    try {
      if (this.postponed) {
        if (sameItems(this.postponed, this.world.player.look())) return;
        this.postponed = null;
        this.isStale = true;
      }
      if (this.isStale) await this.read();
      else if (isSettled) await this.write();
    } catch {
      this.isStale = true;
      this.notBefore = this.world.now() + this.waitMs;
      this.waitMs = Math.min(RETRY_MS.most, this.waitMs * 2);
    } finally {
      this.isBusy = false;
      if (this.heardOf > this.version) this.isStale = true;
    }
  }

  /** The server tells of a change, perhaps of our own. */
  heard(head: Head, areItemsOthers: boolean): void {
    if (head.version <= this.version) return;
    if (this.base && !this.isBusy && !this.isStale && !this.postponed && !areItemsOthers && head.version === this.version + 1 && !this.world.isOff()) {
      this.meet(head, { ...this.base, ...fieldsOf(head) });
      return;
    }
    this.heardOf = Math.max(this.heardOf, head.version);
    if (!this.isBusy) this.isStale = true;
  }

  /** What a page that is left has to say, in one change; null: nothing. */
  lastWords(): { change: QueueChange; version: number } | null {
    if (this.world.isOff()) return null;
    this.noteChanges(); // what is said may not arrive
    if (!this.base) return null;
    const now = this.mine();
    if (this.isStale || this.apart !== null) return null;
    const base = this.underWay ?? this.base;
    const first = nextChange(base, now);
    if (!first && !this.claims() && !this.world.player.state().isPlaying) return null;
    const change = !first ? HERE : nextChange(first.after, now) ? whole(now) : first.change;
    this.sent = [...this.sent, now].slice(-MOST_SENT); // the browser may show this page again
    return { change: this.placed(change, this.here(false), true), version: this.version + (this.underWay ? 1 : 0) };
  }

  /** What the server should have: where another device plays something else, that stays what is played. */
  private mine(): Copy {
    const now = this.world.player.look();
    return this.apart === null || !this.base ? now : { ...now, current: this.base.current };
  }

  private here(isPlaying = this.world.player.state().isPlaying): Place {
    return { position: this.world.player.state().position, at: this.world.now(), isPlaying };
  }

  private expected({ position, at, isPlaying }: Place): number {
    return position + (isPlaying ? (this.world.now() - at) / 1000 : 0);
  }

  /** Has something happened to where we are that nobody knows yet? */
  private claims(): boolean {
    const { isPlaying, position } = this.world.player.state();
    if (this.world.player.look().current === null) return false;
    return isPlaying !== this.told.isPlaying || Math.abs(position - this.expected(this.told)) > EXACT_S[isPlaying ? 'playing' : 'paused'];
  }

  private isDue(): boolean {
    const { isPlaying, isBuffering } = this.world.player.state();
    if (this.apart !== null || (isPlaying && isBuffering)) return false;
    return this.claims() || (isPlaying && this.world.now() - this.told.at > TELL_MS);
  }

  /** What has happened here since the last look. True when the player has been as it is for a look: a slider is at rest. */
  private observe(): boolean {
    const { isPlaying, wentOnTo } = this.world.player.state();
    if (this.world.player.gaveWay()) this.told = this.here(false);
    if (this.apart !== null) this.observeApart(isPlaying, wentOnTo);
    const now = this.mine();
    const isSettled = this.seen !== null && sameContent(this.seen, now);
    this.seen = now;
    this.noteChanges();
    return isSettled;
  }

  private observeApart(isPlaying: boolean, wentOnTo: string | null): void {
    const now = this.world.player.look();
    if (now.current === this.base?.current || (now.current !== this.apart && now.current !== wentOnTo)) {
      this.apart = null; // it is the same again, or the person picked something
    } else if (isPlaying) {
      this.apart = now.current;
      this.told = this.here(true);
    } else {
      this.apart = null;
      const current = this.base?.current ?? null;
      if (now.queue.some((entry) => entry.key === current)) this.take({ ...now, current }, this.expected(this.there));
      else this.told = this.here(false);
    }
  }

  /** Takes on a copy that begins at another place than this device told of. */
  private take(copy: Copy, position: number): void {
    this.world.player.take(copy, position);
    this.told = this.here(false);
  }

  private noteChanges(): void {
    const from = this.base ?? (this.note && this.start);
    if (from && nextChange(from, this.mine())) this.keepNote(false);
  }

  private keepNote(clean: boolean): void {
    const note = { who: this.world.who(), version: this.base ? this.version : (this.note?.version ?? 0), clean, sum: sumOf(this.mine()) };
    const text = JSON.stringify(note);
    if (text === this.noted) return;
    this.noted = text;
    this.world.note.write(note);
  }

  /** The server has this now. */
  private agree(base: Copy, head: Head): void {
    this.base = base;
    this.version = head.version;
    this.there = { position: head.offset_ms / 1000, at: this.world.now(), isPlaying: head.is_playing };
    this.sent = [];
    this.waitMs = RETRY_MS.first; // a read that only finds what was known says nothing of the change that failed
    this.keepNote(nextChange(base, this.mine()) === null);
  }

  private async read(): Promise<void> {
    this.isStale = false; // what is heard from here on makes it stale again
    this.heardOf = 0;
    const { server, player } = this.world;
    const head = await server.head();
    if (this.world.isOff() || (this.base && head.version === this.version)) return;
    if (!this.base && this.note?.version === head.version && this.isNoteOf(this.start) && this.note.clean) {
      this.told = { ...this.told, position: head.offset_ms / 1000 };
      this.agree(this.start, head);
      return;
    }
    let theirs: Copy;
    if (head.version === 0) theirs = { ...this.start, queue: [], order: [], current: null };
    else {
      const entries = await server.items(head);
      if (this.world.isOff()) return;
      if (!entries) {
        this.isStale = true;
        return;
      }
      theirs = { ...entries, ...fieldsOf(head) };
    }
    if (this.meet(head, theirs)) return;
    this.isStale = true; // whatever is chosen, by then there may be something newer
    const choice = await this.world.choose(theirs);
    if (this.world.isOff()) return;
    if (choice === 'later') {
      this.postponed = player.look();
      return;
    }
    if (choice === 'theirs') {
      player.pause();
      this.apart = null;
      this.take(theirs, head.offset_ms / 1000);
    } else this.told = NOWHERE;
    this.agree(theirs, head);
  }

  private isNoteOf(copy: Copy): boolean {
    return this.note?.sum === sumOf(copy);
  }

  /** What `theirs` and the player both come from, at the beginning; null where nobody knows. */
  private origin(head: Head, theirs: Copy): Copy | null {
    const { note } = this, now = this.mine();
    // What was set since the page was opened is wanted, whatever was there.
    const start = { ...this.start, ...(now.repeat !== this.start.repeat && { repeat: theirs.repeat }), ...(now.volume !== this.start.volume && { volume: theirs.volume }) };
    // Nothing was here, or a copy that was sent, or another person's: only what was done since the page was opened counts.
    if (this.isOfAnother) return start;
    if (head.version === 0) return theirs;
    if (start.queue.length === 0 || (note && (note.clean || !this.isNoteOf(this.start)))) return start;
    // Not sent yet: before the page was opened anew, or by a visitor who signed in.
    if (theirs.queue.length === 0 || note?.version === head.version) return theirs;
    return sameItems(start, theirs) ? start : null;
  }

  /** `base`, with what arrived of that which was sent without an answer. */
  private known(base: Copy, theirs: Copy): Copy {
    let known = base;
    for (const sent of this.sent) {
      known = {
        ...(sameItems(sent, theirs) ? theirs : known),
        current: sent.current === theirs.current ? theirs.current : known.current,
        repeat: sent.repeat === theirs.repeat ? theirs.repeat : known.repeat,
        volume: sent.volume === theirs.volume ? theirs.volume : known.volume,
      };
    }
    return known;
  }

  /** Puts together what was changed there and here. False where the person has to choose. */
  private meet(head: Head, theirs: Copy): boolean {
    const base = this.base ? this.known(this.base, theirs) : this.origin(head, theirs);
    const both = base && merge(base, this.mine(), theirs);
    if (!both) return false;
    const now = this.world.player.look();
    const { isPlaying, position } = this.world.player.state();
    const claims = this.claims();
    const playsOn = isPlaying && both.current !== now.current && both.queue.some((entry) => entry.key === now.current);
    const goal = playsOn ? { ...both, current: now.current } : both;
    this.apart = playsOn && (this.apart !== null || !claims) ? now.current : null;
    const isThere = goal.current === theirs.current;
    const place = isThere ? head.offset_ms / 1000 : 0;
    if (goal.current !== now.current || (isThere && !isPlaying && !claims && Math.abs(place - position) > EXACT_S.paused)) this.take(goal, place);
    else if (!sameContent(goal, now)) this.world.player.take(goal, position);
    // Small differences stay, but do not add up.
    if (isThere && !isPlaying && !claims) this.told = { position: place, at: this.world.now(), isPlaying: false };
    this.agree(theirs, head);
    return true;
  }

  private async write(): Promise<void> {
    const { base } = this;
    if (!base) return;
    const now = this.mine();
    if (this.refused && sameContent(this.refused, now)) return;
    const step = this.needsWhole ? { change: whole(now), after: now } : nextChange(base, now);
    if (!step && !this.isDue()) return;
    const { change, after } = step ?? { change: HERE, after: base };
    const { isPlaying, isBuffering } = this.world.player.state();
    const place = this.here(isPlaying && !isBuffering);
    const placed = this.placed(change, place, isPlaying || this.claims());
    this.sent = [...this.sent, after].slice(-MOST_SENT);
    this.underWay = after;
    try {
      const head = await this.world.server.write(placed, this.version);
      if (placed !== change) this.told = place;
      else if (head.current_item !== base.current) this.told = NOWHERE;
      this.needsWhole = false;
      this.refused = null;
      this.agree({ ...after, ...fieldsOf(head) }, head);
    } catch (error) {
      const verdict = this.world.verdict(error);
      if (verdict === null) throw error;
      this.sent.pop();
      if (verdict === 'stale') this.isStale = true;
      else if (!this.needsWhole && change.kind !== 'put') this.needsWhole = true;
      else {
        this.needsWhole = false;
        this.refused = now;
      }
    } finally {
      this.underWay = null;
    }
  }

  /** The change, with where the person is: where we are if that is ours to tell, else what the server thinks. */
  private placed(change: QueueChange, here: Place, isOurs: boolean): QueueChange {
    if (change.kind !== 'put' && change.kind !== 'patch') return change;
    const isTold = this.apart === null && (isOurs || (change.body.current_item ?? this.base?.current) !== this.base?.current);
    if (!isTold && change.kind === 'patch') return change;
    const { position, isPlaying } = isTold ? here : { position: this.expected(this.there), isPlaying: this.there.isPlaying };
    return { ...change, body: { ...change.body, offset_ms: Math.max(0, Math.round(position * 1000)), is_playing: isPlaying } } as QueueChange;
  }
}

const fieldsOf = ({ current_item, shuffle, repeat, volume }: Head) => ({ current: current_item, shuffle, repeat, volume });
