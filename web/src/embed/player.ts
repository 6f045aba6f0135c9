/* Plays the pieces of the frame, one after the other, and tells the server what was heard (docs/adr/0065). */

import type Hls from 'hls.js';
import { levelFor } from '@/lib/audio/quality';
import { PlayReport, shareOf } from '@/lib/player/playReport';
import { joinTabs } from '@/lib/player/tabs';
import { ask } from './api';
import type { Piece } from './subject';

/** Then hls.js plays, without cookies. Where there is no such thing, on older phones of Apple, the browser plays HLS by itself. */
const takesSegments = 'MediaSource' in window || 'ManagedMediaSource' in window;

const report = new PlayReport(({ trackId, share, ...body }) => {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ ...body, device: 'embed' }), keepalive: true };
  void ask(`/api/v1/tracks/${trackId}/play${share ? `?share=${share}` : ''}`, init).catch(() => undefined);
});

export class Player {
  index: number;
  /** Somebody wants to hear it, whether or not sound comes already. */
  wanted = false;
  failed = false;
  readonly audio = new Audio();
  private opened = -1;
  /** What played before it is being taken away, which pauses too. */
  private opening = false;
  /** Where to begin what is not opened yet, in seconds. */
  private start = 0;
  private heardTo = 0;
  private hls: Hls | null = null;
  private readonly tabs = joinTabs(() => this.pause());

  constructor(
    readonly pieces: readonly Piece[],
    private readonly changed: () => void,
  ) {
    this.index = Math.max(0, pieces.findIndex((piece) => piece.manifestUrl));
    const { audio } = this;
    audio.preload = 'none';
    audio.crossOrigin = 'anonymous';
    for (const type of ['playing', 'waiting', 'seeked', 'durationchange'] as const) audio.addEventListener(type, changed);
    audio.addEventListener('playing', () => {
      this.opening = false;
      this.tabs.announce();
    });
    audio.addEventListener('pause', () => {
      if (!audio.ended && !this.opening) this.stopped();
    });
    audio.addEventListener('seeking', () => {
      report.jump(audio.currentTime);
      this.heardTo = audio.currentTime;
    });
    audio.addEventListener('timeupdate', () => {
      if (!audio.paused && !audio.seeking) this.heard();
      changed();
    });
    audio.addEventListener('ended', () => {
      this.heard();
      report.end();
      const next = this.playable(this.index, 1);
      if (next >= 0) this.play(next);
      else {
        this.start = 0;
        this.opened = -1; /* played again, it is another listening */
        this.stopped();
      }
    });
    audio.addEventListener('error', () => {
      if (!takesSegments) this.fail();
    });
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && report.flush());
  }

  get piece(): Piece | undefined {
    return this.pieces[this.index];
  }

  get position(): number {
    return this.opened === this.index ? this.audio.currentTime || this.start : this.start;
  }

  get duration(): number {
    const { duration } = this.audio;
    return this.opened === this.index && Number.isFinite(duration) && duration > 0 ? duration : (this.piece?.durationMs ?? 0) / 1000;
  }

  get bufferedEnd(): number {
    const { buffered } = this.audio;
    return this.opened === this.index && buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
  }

  get waiting(): boolean {
    return this.wanted && this.audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** The next piece that can be heard from there, `by` 1 or -1; -1 when there is none. */
  playable(from: number, by: number): number {
    for (let i = from + by; i >= 0 && i < this.pieces.length; i += by) if (this.pieces[i]?.manifestUrl) return i;
    return -1;
  }

  toggle(): void {
    if (this.wanted) this.pause();
    else this.play();
  }

  pause(): void {
    this.audio.pause();
    this.stopped();
  }

  play(index = this.index): void {
    if (index !== this.index) this.start = 0;
    this.index = index;
    this.wanted = true;
    this.failed = false;
    if (this.opened !== index) void this.open();
    else this.resume();
    this.changed();
  }

  seek(seconds: number): void {
    if (this.opened === this.index) this.audio.currentTime = seconds;
    else this.start = seconds;
    this.changed();
  }

  private heard(): void {
    report.add(this.heardTo, this.audio.currentTime, this.audio.muted || this.audio.volume === 0);
    this.heardTo = this.audio.currentTime;
  }

  private stopped(): void {
    this.wanted = false;
    report.flush();
    this.changed();
  }

  private resume(): void {
    this.audio.play().catch((error: unknown) => {
      /* pause() before it began rejects too */
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.stopped();
    });
  }

  private fail(): void {
    this.failed = true;
    this.opened = -1;
    this.audio.pause();
    this.stopped();
  }

  private async open(): Promise<void> {
    const { audio, piece } = this;
    if (!piece?.manifestUrl) return;
    this.opening = true;
    this.hls?.destroy();
    this.hls = null;
    this.opened = this.index;
    this.heardTo = this.start;
    report.begin(piece.id, piece.id, piece.durationMs / 1000, shareOf(piece.manifestUrl));
    const url = new URL(piece.manifestUrl, location.href).href;
    if (takesSegments) return this.openByScript(url);
    audio.src = url;
    if (this.start > 0) audio.currentTime = this.start;
    this.resume();
  }

  private async openByScript(url: string): Promise<void> {
    const index = this.opened;
    try {
      const [{ default: HlsClass }, { HlsLoader }] = await Promise.all([import('hls.js/light'), import('./hlsLoader')]);
      if (this.opened !== index) return;
      const hls = new HlsClass({ loader: HlsLoader, enableWorker: false, startPosition: this.start, maxBufferLength: 40, testBandwidth: false, abrEwmaDefaultEstimate: 1_000_000 });
      this.hls = hls;
      /* Another codec in the middle of a track can be heard, so it stays below the lossless one. */
      hls.on(HlsClass.Events.MANIFEST_PARSED, () => {
        hls.autoLevelCapping = levelFor(hls.levels, 'high');
      });
      hls.on(HlsClass.Events.ERROR, (_, { fatal }) => fatal && this.hls === hls && this.fail());
      hls.loadSource(url);
      hls.attachMedia(this.audio);
      if (this.wanted) this.resume();
    } catch {
      this.fail();
    }
  }
}
