/* Plays one track after another without a gap.
 *
 * Two decks take turns: while one plays, the other loads what comes next and is held by the mixer until the first has
 * said its last sample. Knows nothing of queues or of the page: `setNext` says what follows. */

import type Hls from 'hls.js';
import { Deck, type DeckOptions } from './deck';
import { volumeGain, type LoudnessTarget } from './gain';
import { createGraph, type Graph } from './graph';
import type { Joined } from './joiner';
import type { Quality } from './quality';
import type { EngineEvents, EngineState, EngineTrack, Failure } from './types';

/** The next track is loaded when this many seconds are left, or as soon as the current one is all there. */
const PRELOAD = 25;
const PRELOAD_FULL = 120;
/** The next deck starts this much early, held back; more than a media element ever needs to start. */
const LEAD = 0.4;
/** How wrong the page may be about the moment a deck ends. */
const SLACK = 0.06;
/** Another codec takes over so many seconds ahead of the wish, and its deck is started so much early. */
const RELAY = 1.5;
const RELAY_START = 0.03;

export class Engine {
  private readonly decks: readonly [Deck, Deck];
  private active = 0;
  private next: EngineTrack | null = null;
  private held = false;
  private relaying = false;
  private relayTimer: ReturnType<typeof setTimeout> | undefined;
  private holdTimer: ReturnType<typeof setTimeout> | undefined;
  private endTimer: ReturnType<typeof setTimeout> | undefined;
  private graph: Graph | null = null;
  private opening: Promise<void> | null = null;
  private hlsClass: typeof Hls | null = null;
  private requests = 0;
  private wantsPlay = false;
  private lastState = '';
  private lastPosition = 0;
  private quality: Quality = 'auto';
  private target: LoudnessTarget = -14;
  private volume = 1;
  private muted = false;

  constructor(
    private readonly events: EngineEvents,
    options: DeckOptions,
  ) {
    const deckEvents = {
      ended: (deck: Deck) => this.onEnded(deck),
      rendition: (deck: Deck) => this.setDeckLoudness(deck, deck !== this.deck || !this.wantsPlay),
      changed: (deck: Deck) => {
        this.plan();
        if (deck === this.deck) this.report();
      },
      failed: (deck: Deck, failure: Failure) => this.onFailed(deck, failure),
      time: (deck: Deck) => this.onTime(deck),
      restarted: (deck: Deck) => {
        if (deck === this.deck && this.wantsPlay && this.graph) deck.element.play().catch(() => undefined);
      },
    };
    this.decks = [new Deck(0, deckEvents, options), new Deck(1, deckEvents, options)];
  }

  private get deck(): Deck {
    return this.active === 0 ? this.decks[0] : this.decks[1];
  }

  private get other(): Deck {
    return this.active === 0 ? this.decks[1] : this.decks[0];
  }

  get track(): EngineTrack | null {
    return this.deck.track;
  }

  /** Seconds of the current track that were heard. */
  get position(): number {
    const { deck } = this;
    return Math.max(0, Math.min(deck.element.currentTime - this.delayOf(deck), deck.duration));
  }

  get duration(): number {
    return this.deck.duration;
  }

  get bufferedEnd(): number {
    return this.deck.bufferedEnd;
  }

  get playing(): boolean {
    return this.wantsPlay;
  }

  get analyser(): AnalyserNode | null {
    return this.graph?.analyser ?? null;
  }

  /** The audio graph, for measurements; null before the first sound. */
  get internals(): { graph: Graph | null; decks: readonly [Deck, Deck]; active: number } {
    return { graph: this.graph, decks: this.decks, active: this.active };
  }

  /** Fetches the code that will be needed, so that the first play starts sooner. */
  async prepare(): Promise<void> {
    this.hlsClass ??= (await import('hls.js/light')).default;
  }

  /** Makes `track` the current one. `play: false` leaves it silent until `play()` and loads nothing yet. */
  async load(track: EngineTrack, { position = 0, play = true } = {}): Promise<void> {
    const request = (this.requests += 1);
    this.release();
    this.wantsPlay = play;
    this.silence(this.deck);
    this.deck.element.pause();
    this.lastPosition = position;
    this.report();
    this.next = null;
    if (!this.hlsClass) {
      await this.prepare();
      position = this.lastPosition; /* another place may have been chosen meanwhile */
    }
    if (request !== this.requests || !this.hlsClass) return;
    if (position === 0 && this.other.track?.id === track.id && this.other.failure === null) {
      const old = this.deck;
      this.active = this.other.index;
      old.unload();
    } else {
      this.deck.load(track, this.hlsClass, this.quality, position);
    }
    if (play) await this.start(request, position > 0);
    else this.report();
  }

  /** What follows the current track by itself; null ends there. */
  setNext(track: EngineTrack | null): void {
    if (this.next?.id === track?.id) {
      this.next = track;
      return;
    }
    this.release();
    this.next = track;
    if (this.other.track && this.other.track.id !== track?.id) this.other.unload();
    this.plan();
  }

  async play(): Promise<void> {
    if (!this.deck.track || this.wantsPlay) return;
    const request = (this.requests += 1);
    this.wantsPlay = true;
    if (this.deck.element.ended || this.position >= this.duration - 0.05) this.deck.element.currentTime = 0;
    this.report();
    await this.start(request, this.position > 0);
  }

  pause(): void {
    this.requests += 1;
    this.wantsPlay = false;
    this.release();
    const { deck } = this;
    const delay = this.delayOf(deck);
    this.silence(deck);
    deck.element.pause();
    /* What was held back was not heard: it is played again when the listener comes back. */
    if (delay > 0 && deck.element.readyState > 0) deck.element.currentTime = Math.max(0, deck.element.currentTime - delay);
    this.report();
  }

  /** Unloads everything. */
  stop(): void {
    this.pause();
    for (const deck of this.decks) deck.unload();
    this.next = null;
    this.report();
  }

  seek(seconds: number): void {
    const { deck } = this;
    if (!deck.track) {
      this.lastPosition = Math.max(0, seconds);
      return;
    }
    this.release();
    const to = Math.max(0, Math.min(seconds, Math.max(0, this.duration - 0.05)));
    deck.delayFrames = 0;
    this.graph?.mixer.send({ type: 'flush', deck: deck.index });
    deck.element.currentTime = to;
    this.lastPosition = to;
    if (this.wantsPlay && deck.element.paused) void this.start((this.requests += 1), true);
    this.report();
  }

  setQuality(quality: Quality): void {
    if (quality === this.quality) return; /* said again with every change of the volume: no reason to choose anew in `auto` */
    this.quality = quality;
    this.applyQuality();
  }

  private applyQuality(): void {
    const { deck, other, quality } = this;
    clearTimeout(this.relayTimer);
    this.cancelRelay();
    if (!other.setQuality(quality)) other.unload(); /* planned again with the right codec */
    if (!deck.setQuality(quality)) this.relay();
    this.plan();
  }

  /** Goes on with the current track on the other deck, where it is loaded in another codec. */
  private relay(): void {
    const { deck, other, hlsClass } = this;
    const { track } = deck;
    if (!track || !hlsClass) return;
    this.release();
    const at = this.position + (this.wantsPlay ? RELAY : 0);
    if (!this.wantsPlay || at > this.duration - RELAY) {
      if (!this.wantsPlay) void this.load(track, { position: this.position, play: false });
      return; /* so near its end the wish counts from the next track on */
    }
    this.relaying = true;
    other.load(track, hlsClass, this.quality, at);
    this.setDeckLoudness(other, true);
    const request = this.requests;
    const takeOver = () => {
      if (!this.relaying || request !== this.requests || other.track !== track || other.failure !== null) {
        this.relaying = false;
        return;
      }
      const late = this.position - at;
      if (!other.ready || late < -RELAY_START) {
        this.relayTimer = setTimeout(takeOver, 15);
        return;
      }
      /* Loading took longer than hoped: catch up before taking over. */
      if (late > 0.1) other.element.currentTime = this.position + 0.1;
      this.graph?.mixer.send({ type: 'start', deck: other.index, fade: true });
      other.element.play().then(
        () => {
          if (!this.relaying || request !== this.requests) return;
          this.relaying = false;
          this.silence(deck);
          this.active = other.index;
          deck.unload();
          this.lastPosition = this.position;
          this.report();
          this.plan();
        },
        () => {
          this.relaying = false;
        },
      );
    };
    takeOver();
  }

  private setDeckLoudness(deck: Deck, now: boolean): void {
    this.graph?.setLoudness(deck.index, deck.track, deck.renditionGain, this.target, now);
  }

  setLoudnessTarget(target: LoudnessTarget): void {
    this.target = target;
    for (const deck of this.decks) this.setDeckLoudness(deck, deck !== this.deck);
  }

  setVolume(volume: number, muted: boolean): void {
    this.volume = volume;
    this.muted = muted;
    if (this.graph) this.graph.setVolume(volume, muted);
    else if (this.opening === null) {
      for (const { element } of this.decks) element.volume = muted ? 0 : volumeGain(volume);
    }
  }

  private delayOf(deck: Deck): number {
    return this.graph ? deck.delayFrames / this.graph.context.sampleRate : 0;
  }

  /** Builds the audio graph once. Must begin inside a user's gesture, or the browser keeps it silent. */
  private async open(): Promise<void> {
    if (!this.hlsClass?.isSupported()) return; /* plays outside the graph */
    this.opening ??= (async () => {
      const context = new AudioContext({ latencyHint: 'playback' });
      void context.resume();
      for (const { element } of this.decks) element.volume = 1;
      this.graph = await createGraph(
        context,
        this.decks.map((deck) => deck.element),
        (joined) => this.onJoined(joined),
      );
      this.graph.setVolume(this.volume, this.muted);
    })();
    await this.opening;
    const context = this.graph?.context;
    if (context?.state === 'suspended') await Promise.race([context.resume(), pause(300)]);
  }

  private async start(request: number, fade: boolean): Promise<void> {
    await this.open();
    const { deck } = this;
    if (request !== this.requests || !deck.track) return;
    if (deck.failure) {
      this.onFailed(deck, deck.failure);
      return;
    }
    deck.delayFrames = 0;
    this.setDeckLoudness(deck, true);
    this.graph?.mixer.send({ type: 'start', deck: deck.index, fade });
    try {
      await deck.element.play();
    } catch (error) {
      if (request !== this.requests) return;
      if (error instanceof DOMException && error.name === 'NotAllowedError') {
        this.pause();
        if (deck.track) this.events.failed(deck.track, 'blocked');
      }
    }
    this.report();
  }

  private silence(deck: Deck): void {
    deck.delayFrames = 0;
    this.graph?.mixer.send({ type: 'stop', deck: deck.index });
  }

  /** Ends a change of the codec that is under way; false when there is none. */
  private cancelRelay(): boolean {
    if (!this.relaying) return false;
    clearTimeout(this.relayTimer);
    this.relaying = false;
    this.silence(this.other);
    this.other.unload();
    return true;
  }

  /** Takes back a hold: the next deck goes to its beginning and waits. What interrupts a change of the codec puts it off until after that. */
  private release(): void {
    clearTimeout(this.holdTimer);
    clearTimeout(this.endTimer);
    this.holdTimer = undefined;
    this.endTimer = undefined;
    if (this.cancelRelay()) this.relayTimer = setTimeout(() => this.applyQuality(), 0);
    if (!this.held) return;
    this.held = false;
    const { other } = this;
    this.graph?.mixer.send({ type: 'stop', deck: other.index });
    other.element.pause();
    other.element.currentTime = 0;
  }

  /** Loads what comes next, and sets the clock for its start. */
  private plan(): void {
    const { deck, other, next } = this;
    if (!next || this.relaying || !deck.track || !this.wantsPlay || !this.hlsClass || deck.waiting) return;
    const left = deck.duration - deck.element.currentTime;
    const full = deck.bufferedEnd >= deck.duration - 0.5;
    if (other.track?.id !== next.id && (left < PRELOAD || (full && left < PRELOAD_FULL))) {
      other.load(next, this.hlsClass, this.quality, 0);
      this.setDeckLoudness(other, true);
    }
    if (this.held || this.holdTimer !== undefined || !this.graph?.mixer.gapless) return;
    if (left > LEAD + 1 || !other.ready || other.track?.id !== next.id) return;
    this.holdTimer = setTimeout(() => this.hold(), Math.max(0, (left - LEAD) * 1000));
  }

  private hold(): void {
    this.holdTimer = undefined;
    const { deck, other, graph } = this;
    if (!graph || !this.wantsPlay || !other.ready || deck.element.ended) return;
    const { currentTime: now, sampleRate } = graph.context;
    const end = now + this.delayOf(deck) + (deck.duration - deck.element.currentTime);
    this.held = true;
    graph.mixer.send({ type: 'hold', deck: other.index, from: deck.index, earliest: (end - SLACK) * sampleRate });
    other.element.play().then(
      () => {
        const began = graph.context.currentTime - other.element.currentTime;
        graph.mixer.send({ type: 'anchor', deck: other.index, frame: Math.round(began * sampleRate) });
      },
      () => undefined,
    );
  }

  private onJoined(joined: Joined): void {
    if (!this.held || joined.deck !== this.other.index) return;
    this.other.delayFrames = joined.delay;
    this.swap();
  }

  /** The other deck is the current one from now on. */
  private swap(): void {
    const old = this.deck;
    clearTimeout(this.endTimer);
    this.held = false;
    this.active = this.other.index;
    this.next = null;
    this.lastPosition = 0;
    old.unload();
    const { track } = this.deck;
    if (track) this.events.advanced(track);
    this.report();
  }

  private onEnded(deck: Deck): void {
    if (deck !== this.deck || !this.wantsPlay) return;
    /* Its last samples may still be on their way through the mixer. */
    const rest = this.delayOf(deck) * 1000;
    clearTimeout(this.endTimer);
    this.endTimer = setTimeout(() => this.finish(), this.held ? rest + 150 : rest);
  }

  private finish(): void {
    this.endTimer = undefined;
    if (this.held) {
      this.graph?.mixer.send({ type: 'release', deck: this.other.index });
      return;
    }
    const { next } = this;
    if (!next) {
      this.wantsPlay = false;
      this.silence(this.deck);
      this.report();
      this.events.ended();
      return;
    }
    if (this.other.track?.id === next.id && this.other.failure === null) {
      this.silence(this.deck);
      this.swap();
      void this.start((this.requests += 1), false);
    } else {
      void this.load(next);
      this.events.advanced(next);
    }
  }

  private onFailed(deck: Deck, failure: Failure): void {
    if (deck !== this.deck || !deck.track) return;
    const { track } = deck;
    this.wantsPlay = false;
    this.silence(deck);
    deck.element.pause();
    this.report();
    this.events.failed(track, failure);
  }

  private onTime(deck: Deck): void {
    if (deck !== this.deck) return;
    const { position } = this;
    const heard = position - this.lastPosition;
    this.lastPosition = position;
    if (this.wantsPlay && heard > 0 && heard < 3) this.events.progress(heard);
    this.plan();
  }

  private report(): void {
    const { deck } = this;
    const state: EngineState = {
      wantsPlay: this.wantsPlay,
      buffering: this.wantsPlay && (deck.track === null || (!deck.element.ended && (deck.waiting || deck.element.paused))),
      rendition: deck.rendition,
    };
    const key = `${state.wantsPlay}/${state.buffering}/${state.rendition}`;
    if (key === this.lastState) return;
    this.lastState = key;
    this.events.state(state);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
