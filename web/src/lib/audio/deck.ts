/* One of the two decks: a media element, the hls.js that feeds it, and its gain. */

import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';
import { earlyAnswer, infoUrl, pageBandwidth } from '@/lib/dom/shell';
import { stretchLastSample } from './fmp4';
import { gainOf, renditionOf, startLevel, type Quality, type Rendition } from './quality';
import { segmentLoader } from './segmentLoader';
import type { EngineTrack, Failure } from './types';

type HlsClass = typeof Hls;

export interface DeckEvents {
  ended(deck: Deck): void;
  /** Another rendition, or the first one, is about to be heard. */
  rendition(deck: Deck): void;
  /** Playing, waiting or rendition changed. */
  changed(deck: Deck): void;
  failed(deck: Deck, failure: Failure): void;
  time(deck: Deck): void;
  /** hls.js started over after an error of the decoder; the element stands still. */
  restarted(deck: Deck): void;
}

export interface DeckOptions {
  /** Renews the session after a 401. False: there is none. */
  authorize(): Promise<boolean>;
}

interface StreamInfo {
  samples: number;
  sample_rate: number;
}

/** How far ahead the deck that plays is filled, in seconds. */
const AHEAD = 40;
const INFO_TIMEOUT_MS = 2500;

const LOAD_POLICY = {
  default: {
    maxTimeToFirstByteMs: 10_000,
    maxLoadTimeMs: 60_000,
    timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: 4, retryDelayMs: 500, maxRetryDelayMs: 4000, backoff: 'exponential' as const },
  },
};

let bandwidth = NaN;

export class Deck {
  readonly element = new Audio();
  track: EngineTrack | null = null;
  /** Frames of the context by which this deck is heard later than its element plays. */
  delayFrames = 0;
  rendition: Rendition | null = null;
  /** Of what plays, in dB; lossy renditions are a little quieter than their source. */
  renditionGain = 0;
  failure: Failure | null = null;
  /** Length in seconds by the count of samples; NaN until known. */
  private exact = NaN;
  private hls: Hls | null = null;
  private buffer: SourceBuffer | null = null;
  private loads = 0;
  private recovered = false;
  private authorized = false;
  private quality: Quality = 'auto';
  private abort: AbortController | null = null;

  constructor(
    readonly index: number,
    private readonly events: DeckEvents,
    private readonly options: DeckOptions,
  ) {
    const element = this.element;
    element.preload = 'auto';
    for (const type of ['playing', 'waiting', 'pause', 'play', 'seeked', 'seeking', 'canplay'] as const) {
      element.addEventListener(type, () => this.events.changed(this));
    }
    element.addEventListener('ended', () => this.events.ended(this));
    element.addEventListener('emptied', () => {
      if (this.hls) this.events.restarted(this);
    });
    element.addEventListener('timeupdate', () => this.events.time(this));
    element.addEventListener('error', () => {
      if (!this.hls && this.track) this.fail('media');
    });
  }

  /** Loads a track, replacing what was there. It does not start to play. */
  load(track: EngineTrack, hlsClass: HlsClass, quality: Quality, position: number): void {
    this.unload();
    this.track = track;
    this.quality = quality;
    this.recovered = false;
    this.authorized = false;
    this.open(track, hlsClass, position);
  }

  unload(): void {
    this.loads += 1;
    this.abort?.abort();
    this.abort = null;
    this.hls?.destroy();
    this.hls = null;
    this.element.pause();
    if (this.element.src) {
      this.element.removeAttribute('src');
      this.element.load();
    }
    this.track = null;
    this.exact = NaN;
    this.buffer = null;
    this.failure = null;
    this.rendition = null;
    this.renditionGain = 0;
    this.delayFrames = 0;
  }

  get duration(): number {
    if (Number.isFinite(this.exact)) return this.exact;
    const { duration } = this.element;
    if (Number.isFinite(duration) && duration > 0) return duration;
    return (this.track?.durationMs ?? 0) / 1000;
  }

  /** Where the buffered range around the play head ends, in seconds. */
  get bufferedEnd(): number {
    const { buffered, currentTime } = this.element;
    for (let i = 0; i < buffered.length; i += 1) {
      if (currentTime >= buffered.start(i) - 0.1 && currentTime <= buffered.end(i)) return buffered.end(i);
    }
    return 0;
  }

  /** Enough is there to start at once. */
  get ready(): boolean {
    return this.track !== null && this.failure === null && this.element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  get waiting(): boolean {
    return this.element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA || this.element.seeking;
  }

  /**
   * Changes the quality within the codec that plays, from the next segment on. False when the wish needs another codec:
   * buffers do not survive that, so the track has to be loaded anew.
   */
  setQuality(quality: Quality): boolean {
    const hls = this.hls;
    this.quality = quality;
    if (!hls || hls.levels.length === 0) return true;
    const now = hls.levels[hls.currentLevel >= 0 ? hls.currentLevel : hls.loadLevel];
    const wish = startLevel(hls.levels, quality, bandwidth, savesData());
    const wished = hls.levels[wish];
    if (now && wished && codecOf(now) !== codecOf(wished)) return false;
    if (quality === 'auto' && (!wished || renditionOf(wished) !== 'lossless')) hls.loadLevel = -1;
    else if (wish !== hls.loadLevel || hls.autoLevelEnabled) hls.nextLevel = wish;
    return true;
  }

  private setGain(gain: number): void {
    if (gain === this.renditionGain) return;
    this.renditionGain = gain;
    this.events.rendition(this);
  }

  private fail(failure: Failure): void {
    this.failure = failure;
    this.events.failed(this, failure);
  }

  private open(track: EngineTrack, hlsClass: HlsClass, position: number): void {
    const load = this.loads;
    const { element } = this;
    if (!hlsClass.isSupported()) {
      /* Old Safari plays HLS by itself, outside the audio graph. */
      element.src = track.manifestUrl;
      if (position > 0) element.currentTime = position;
      return;
    }
    this.abort = new AbortController();
    const info = this.readInfo(track, this.abort);
    const hls: Hls = new hlsClass({
      enableWorker: false,
      autoStartLoad: false,
      startPosition: position,
      maxBufferLength: AHEAD,
      maxMaxBufferLength: 2 * AHEAD,
      backBufferLength: 120,
      maxBufferHole: 0.2,
      testBandwidth: false,
      abrEwmaDefaultEstimate: [bandwidth, pageBandwidth(), 1_000_000].find(Number.isFinite) ?? 1_000_000,
      manifestLoadPolicy: LOAD_POLICY,
      playlistLoadPolicy: LOAD_POLICY,
      fragLoadPolicy: LOAD_POLICY,
      fLoader: segmentLoader(hlsClass, (data, level) => {
        const isAac = /^mp4a\.40/.test(hls.levels[level]?.audioCodec ?? '');
        if (isAac && Number.isFinite(this.exact)) stretchLastSample(data);
      }),
    });
    this.hls = hls;
    const E = hlsClass.Events;
    hls.on(E.MANIFEST_PARSED, () => {
      const first = startLevel(hls.levels, this.quality, bandwidth, savesData(), pageBandwidth());
      const auto = this.quality === 'auto' && renditionAt(hls, first) !== 'lossless';
      hls.startLevel = first;
      this.setGain(gainOf(hls.levels[first]));
      if (!auto) hls.loadLevel = first;
      void info.then(() => {
        if (load === this.loads) hls.startLoad(position);
      });
    });
    hls.on(E.LEVEL_SWITCHED, (_, { level }) => {
      this.rendition = renditionAt(hls, level);
      this.setGain(gainOf(hls.levels[level]));
      this.events.changed(this);
    });
    hls.on(E.BUFFER_APPENDED, () => this.limit());
    hls.on(E.BUFFER_CREATED, (_, { tracks }) => {
      this.buffer = (tracks.audio ?? Object.values(tracks)[0])?.buffer ?? null;
      this.limit();
    });
    hls.on(E.FRAG_BUFFERED, () => {
      this.authorized = false; /* a track may outlive several sessions' tokens */
      if (Number.isFinite(hls.bandwidthEstimate)) bandwidth = hls.bandwidthEstimate;
    });
    hls.on(E.ERROR, (_, data) => this.onError(hlsClass, hls, data, position));
    hls.loadSource(track.manifestUrl);
    hls.attachMedia(element);
  }

  /** Cuts the encoder's padding: nothing after the last real sample may enter the buffer. */
  private limit(): void {
    const { buffer, exact } = this;
    if (!buffer || !Number.isFinite(exact) || buffer.appendWindowEnd === exact) return;
    try {
      if (!buffer.updating) buffer.appendWindowEnd = exact;
    } catch {
      this.buffer = null; /* the media source is gone */
    }
  }

  private async readInfo(track: EngineTrack, abort: AbortController): Promise<void> {
    const timer = setTimeout(() => abort.abort(), INFO_TIMEOUT_MS);
    try {
      const url = infoUrl(track.manifestUrl);
      const reply = await (earlyAnswer(url) ?? fetch(url, { signal: abort.signal, credentials: 'same-origin' }));
      if (!reply.ok) return;
      const info = (await reply.json()) as Partial<StreamInfo>;
      if (abort.signal.aborted || !info.samples || !info.sample_rate) return;
      this.exact = info.samples / info.sample_rate;
    } catch {
      /* Plays without: only the padding at the end is heard. */
    } finally {
      clearTimeout(timer);
    }
  }

  private onError(hlsClass: HlsClass, hls: Hls, data: ErrorData, position: number): void {
    if (!data.fatal || hls !== this.hls || !this.track) return;
    const status = data.response?.code ?? 0;
    const { track } = this;
    const resume = this.element.currentTime || position;
    if (status === 401 && !this.authorized) {
      this.authorized = true;
      const load = this.loads;
      void this.options.authorize().then((renewed) => {
        if (load !== this.loads) return;
        if (renewed) this.reopen(track, hlsClass, resume);
        else this.fail('gone');
      });
    } else if (data.type === hlsClass.ErrorTypes.MEDIA_ERROR && !this.recovered) {
      this.recovered = true;
      hls.recoverMediaError();
    } else if (status >= 400 && status < 500) {
      this.fail('gone');
    } else {
      this.fail(data.type === hlsClass.ErrorTypes.NETWORK_ERROR ? 'network' : 'media');
    }
  }

  private reopen(track: EngineTrack, hlsClass: HlsClass, position: number): void {
    const playing = !this.element.paused;
    const { authorized } = this;
    this.unload();
    this.track = track;
    this.authorized = authorized;
    this.open(track, hlsClass, position);
    if (playing) void this.element.play().catch(() => undefined);
  }
}

function renditionAt(hls: Hls, level: number): Rendition | null {
  const found = hls.levels[level];
  return found ? renditionOf(found) : null;
}

function codecOf(level: { audioCodec?: string | undefined }): string {
  return (level.audioCodec ?? '').slice(0, 4).toLowerCase();
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
