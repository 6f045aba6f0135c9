/* Joins the output of two decks without a gap and without losing a sample.
 *
 * A media element starts some tens of milliseconds after it was told to, and never twice the same. So the next deck
 * is started early, its sound is held back here, and let go at the very sample after the last one of the deck that
 * ends. What was held back stays as a delay (`delay`) of that deck until it stops or seeks.
 *
 * Runs in the audio thread: nothing here allocates while it processes. */

export const BLOCK = 128;
export const DECKS = 2;

/** Below -120 dB a sample counts as nothing. */
const SILENCE = 1e-6;
const CAPACITY = 1 << 17;
const MASK = CAPACITY - 1;

/** A stereo ring of samples. When it is full the oldest samples are lost. */
export class Ring {
  private readonly left = new Float32Array(CAPACITY);
  private readonly right = new Float32Array(CAPACITY);
  private head = 0;
  length = 0;

  clear(): void {
    this.head = 0;
    this.length = 0;
  }

  push(left: number, right: number): void {
    const at = (this.head + this.length) & MASK;
    this.left[at] = left;
    this.right[at] = right;
    if (this.length === CAPACITY) this.head = (this.head + 1) & MASK;
    else this.length += 1;
  }

  pushSilence(frames: number): void {
    for (let i = 0; i < frames; i += 1) this.push(0, 0);
  }

  leftAt(i: number): number {
    return this.left[(this.head + i) & MASK] ?? 0;
  }

  rightAt(i: number): number {
    return this.right[(this.head + i) & MASK] ?? 0;
  }

  silentAt(i: number): boolean {
    return Math.abs(this.leftAt(i)) < SILENCE && Math.abs(this.rightAt(i)) < SILENCE;
  }

  drop(frames: number): void {
    const n = Math.min(frames, this.length);
    this.head = (this.head + n) & MASK;
    this.length -= n;
  }
}

/** idle: not heard. live: heard. held: collected, not heard yet. leaving: heard for one more block, fading. */
type Mode = 'idle' | 'live' | 'held' | 'leaving';

interface DeckState {
  mode: Mode;
  ring: Ring;
  /** Rises from 0 to 1 over one block after a start in the middle of a track. */
  fadeIn: boolean;
  /** Flush: leave, then be live again with an empty ring. */
  again: boolean;
  /** Frame at which a held deck really began, when the page could tell; NaN until then. */
  anchor: number;
}

export type JoinerCommand =
  | { type: 'start'; deck: number; fade: boolean }
  | { type: 'stop'; deck: number }
  | { type: 'flush'; deck: number }
  | { type: 'hold'; deck: number; from: number; earliest: number }
  | { type: 'anchor'; deck: number; frame: number }
  | { type: 'release'; deck: number };

export interface Joined {
  type: 'joined';
  deck: number;
  /** Frame of the context at which the deck is first heard. */
  frame: number;
  /** Frames by which the deck is heard later than it plays. */
  delay: number;
}

export class Joiner {
  private readonly decks: DeckState[] = [];
  private joint: { from: number; to: number; earliest: number } | null = null;

  constructor(private readonly onJoined: (joined: Joined) => void) {
    for (let i = 0; i < DECKS; i += 1) {
      this.decks.push({ mode: 'idle', ring: new Ring(), fadeIn: false, again: false, anchor: NaN });
    }
  }

  command(command: JoinerCommand, frame: number): void {
    const deck = this.decks[command.deck];
    if (!deck) return;
    switch (command.type) {
      case 'start':
        this.forget(command.deck);
        this.begin(deck, command.fade);
        break;
      case 'stop':
        this.forget(command.deck);
        deck.again = false;
        deck.mode = deck.mode === 'live' ? 'leaving' : 'idle';
        if (deck.mode === 'idle') deck.ring.clear();
        break;
      case 'flush':
        if (deck.mode === 'live') {
          deck.mode = 'leaving';
          deck.again = true;
        }
        break;
      case 'hold':
        deck.ring.clear();
        deck.mode = 'held';
        deck.fadeIn = false;
        deck.anchor = NaN;
        this.joint = { from: command.from, to: command.deck, earliest: command.earliest };
        break;
      case 'anchor':
        if (deck.mode === 'held' && deck.ring.length === 0) {
          deck.anchor = command.frame;
          deck.ring.pushSilence(Math.max(0, Math.min(CAPACITY / 2, frame - command.frame)));
        }
        break;
      case 'release':
        if (deck.mode === 'held') this.join(frame);
        break;
    }
  }

  /** Mixes one block. `inputs[deck]` is `[left, right]`, or empty while nothing is connected. */
  process(inputs: readonly (readonly Float32Array[])[], left: Float32Array, right: Float32Array, frame: number): void {
    left.fill(0);
    right.fill(0);
    for (let d = 0; d < DECKS; d += 1) this.collect(d, inputs[d]);
    const cut = this.cutAt(frame);
    for (let d = 0; d < DECKS; d += 1) {
      const deck = this.decks[d];
      if (!deck || (deck.mode !== 'live' && deck.mode !== 'leaving')) continue;
      const ends = cut >= 0 && this.joint?.from === d;
      this.mix(deck, left, right, 0, ends ? cut : BLOCK);
    }
    if (cut >= 0 && this.joint) {
      const { from, to } = this.joint;
      const old = this.decks[from];
      const next = this.decks[to];
      if (old) {
        old.mode = 'idle';
        old.ring.clear();
      }
      this.join(frame + cut);
      if (next) this.mix(next, left, right, cut, BLOCK);
    }
  }

  private begin(deck: DeckState, fade: boolean): void {
    deck.ring.clear();
    deck.ring.pushSilence(BLOCK);
    deck.fadeIn = fade;
    deck.again = false;
    deck.mode = 'live';
  }

  private forget(deck: number): void {
    if (this.joint && (this.joint.from === deck || this.joint.to === deck)) this.joint = null;
  }

  private collect(index: number, input: readonly Float32Array[] | undefined): void {
    const deck = this.decks[index];
    if (!deck || deck.mode === 'idle' || deck.mode === 'leaving') return;
    const l = input?.[0];
    const r = input?.[1] ?? l;
    if (!l || !r) {
      if (deck.mode === 'live') deck.ring.pushSilence(BLOCK);
      return;
    }
    for (let i = 0; i < BLOCK; i += 1) {
      const a = l[i] ?? 0;
      const b = r[i] ?? 0;
      /* The silence before a held deck has begun is not part of its track. */
      if (deck.mode === 'held' && deck.ring.length === 0 && Math.abs(a) < SILENCE && Math.abs(b) < SILENCE) continue;
      deck.ring.push(a, b);
    }
  }

  /** Where in this block the ending deck has said its last sample, or -1. */
  private cutAt(frame: number): number {
    if (!this.joint || frame + BLOCK < this.joint.earliest) return -1;
    const deck = this.decks[this.joint.from];
    if (!deck || deck.mode !== 'live') return -1;
    /* A whole further block must be silent: a zero crossing is not an end. */
    for (let i = BLOCK; i < 2 * BLOCK; i += 1) if (i < deck.ring.length && !deck.ring.silentAt(i)) return -1;
    let end = BLOCK;
    while (end > 0 && deck.ring.silentAt(end - 1)) end -= 1;
    return end < BLOCK ? end : -1;
  }

  private join(frame: number): void {
    if (!this.joint) return;
    const to = this.joint.to;
    this.joint = null;
    const deck = this.decks[to];
    if (!deck) return;
    if (deck.ring.length === 0) deck.ring.pushSilence(BLOCK);
    deck.mode = 'live';
    this.onJoined({ type: 'joined', deck: to, frame, delay: deck.ring.length });
  }

  private mix(deck: DeckState, left: Float32Array, right: Float32Array, from: number, to: number): void {
    const ring = deck.ring;
    const leaving = deck.mode === 'leaving';
    for (let i = from; i < to; i += 1) {
      const at = i - from;
      if (at >= ring.length) break;
      let gain = 1;
      if (leaving) gain = 1 - (i + 1) / BLOCK;
      else if (deck.fadeIn && !ring.silentAt(at)) gain = Math.min(1, (i + 1) / BLOCK);
      left[i] = (left[i] ?? 0) + ring.leftAt(at) * gain;
      right[i] = (right[i] ?? 0) + ring.rightAt(at) * gain;
    }
    let heard = false;
    for (let i = 0; deck.fadeIn && i < to - from && !heard; i += 1) heard = i < ring.length && !ring.silentAt(i);
    if (heard) deck.fadeIn = false;
    ring.drop(to - from);
    if (leaving) {
      if (deck.again) this.begin(deck, true);
      else {
        deck.mode = 'idle';
        ring.clear();
      }
    }
  }
}
