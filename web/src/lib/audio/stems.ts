/* Plays the stems of a track together, each at its place to the sample.
 *
 * Everything is counted in frames of one sample rate, which all stems and the context have. A segment is decoded into an AudioBuffer and started at the frame of
 * the context that belongs to its place on the track, so stems cannot drift apart: there is one clock. What comes late (a stem that was muted, a seek into the
 * middle) is started later and just as far into its segment. Only segments around the play head are in memory. */

export interface Stem {
  id: string;
  /** Frames. */
  samples: number;
  /** Where its first frame is on the track; may be negative. */
  offset: number;
  segments: number;
}

export interface StemLevel {
  /** A factor. */
  gain: number;
  muted: boolean;
  solo: boolean;
}

export interface StemPlayerOptions {
  /** The context's rate is that of the stems. */
  context: BaseAudioContext;
  /** Frames of every segment but a stem's last. */
  segmentSamples: number;
  load: (stem: Stem, segment: number, signal: AbortSignal) => Promise<ArrayBuffer>;
  /** Playing, buffering or the error changed, or the end was heard. */
  onChange: () => void;
}

interface Voice {
  stem: Stem;
  level: StemLevel;
  gain: GainNode;
  /** Where `gain` is going. */
  value: number;
  loading: Map<number, Promise<void>>;
  buffers: Map<number, AudioBuffer>;
  sources: Map<number, AudioBufferSourceNode>;
}

/** Between the wish to play and the first frame, in seconds: what is started meanwhile is heard whole. */
const LEAD = 0.1;
/** A segment that is not there so long before its place makes all stems wait; timers of a page in the background run once a second. */
const LATE = 1.2;
/** Time constant of changes of a level, in seconds. */
const RAMP = 0.01;
const PUMP_MS = 200;
/** Segments that are loaded beyond the one that is heard. */
const AHEAD = 2;

export class StemPlayer {
  readonly output: GainNode;
  playing = false;
  buffering = false;
  error: unknown = null;
  private readonly fade: GainNode;
  private voices = new Map<string, Voice>();
  private abort = new AbortController();
  private timer: ReturnType<typeof setInterval> | undefined;
  /** The frame of the context at which the frame `position` of the track is heard. */
  private origin = { frame: 0, position: 0 };
  private runs = 0;

  constructor(
    stems: readonly Stem[],
    private readonly options: StemPlayerOptions,
  ) {
    this.output = options.context.createGain();
    this.fade = options.context.createGain();
    this.fade.connect(this.output);
    this.output.connect(options.context.destination);
    this.setStems(stems);
  }

  private get rate(): number {
    return this.options.context.sampleRate;
  }

  private get now(): number {
    return Math.round(this.options.context.currentTime * this.rate);
  }

  /** Frames of the track. */
  get position(): number {
    if (!this.playing || this.buffering) return this.origin.position;
    return Math.min(this.length, this.origin.position + Math.max(0, this.now - this.origin.frame));
  }

  get length(): number {
    let end = 0;
    for (const { stem } of this.voices.values()) end = Math.max(end, stem.offset + stem.samples);
    return end;
  }

  /** Takes on the list as it is now. What plays goes on; a stem that was moved is loaded anew. */
  setStems(stems: readonly Stem[]): void {
    const before = this.voices;
    this.voices = new Map();
    for (const stem of stems) {
      const old = before.get(stem.id);
      before.delete(stem.id);
      if (old && old.stem.offset !== stem.offset) this.silence(old);
      this.voices.set(stem.id, old ? { ...old, stem } : this.voice(stem));
    }
    for (const gone of before.values()) {
      this.silence(gone);
      gone.gain.disconnect();
    }
    this.level();
    this.pump();
  }

  setLevel(id: string, level: StemLevel): void {
    const voice = this.voices.get(id);
    if (!voice) return;
    voice.level = level;
    this.level();
    this.pump();
  }

  async play(): Promise<void> {
    const run = ++this.runs;
    this.playing = this.buffering = true;
    this.error = null;
    if (this.length > 0 && this.origin.position >= this.length) this.origin.position = 0;
    this.options.onChange();
    try {
      const { context } = this.options;
      if (context instanceof AudioContext) await context.resume();
      await this.fill(1);
    } catch (error) {
      if (run !== this.runs) return;
      this.error = error;
      this.playing = this.buffering = false;
      this.options.onChange();
      return;
    }
    if (run !== this.runs) return;
    this.origin.frame = Math.ceil((this.options.context.currentTime + LEAD) * this.rate);
    this.fade.gain.cancelScheduledValues(this.origin.frame / this.rate);
    this.fade.gain.setValueAtTime(1, this.origin.frame / this.rate);
    this.buffering = false;
    this.timer ??= setInterval(() => this.pump(), PUMP_MS);
    this.pump();
    this.options.onChange();
  }

  pause(): void {
    this.hold(this.position);
    this.playing = this.buffering = false;
    this.options.onChange();
  }

  seek(position: number): void {
    const { playing } = this;
    this.hold(Math.min(Math.max(0, Math.round(position)), this.length));
    if (playing) void this.play();
    else this.options.onChange();
  }

  close(): void {
    this.hold(this.position);
    this.playing = this.buffering = false;
    this.abort.abort();
    this.output.disconnect();
    if (this.options.context instanceof AudioContext) void this.options.context.close().catch(() => undefined);
  }

  /** Schedules what is loaded and loads what will be wanted. Called by a timer. */
  pump(): void {
    if (!this.playing || this.buffering) return;
    const { position, length } = this;
    if (position >= length) {
      this.hold(0);
      this.playing = false;
      this.options.onChange();
      return;
    }
    for (const voice of this.voices.values()) {
      this.forget(voice, position);
      for (const n of this.wanted(voice, position)) {
        const buffer = voice.buffers.get(n);
        if (voice.sources.has(n)) continue;
        if (buffer) this.start(voice, n, buffer);
        else if (!voice.loading.has(n)) void this.fetch(voice, n).then(
            () => this.pump(),
            (error: unknown) => this.voices.get(voice.stem.id) === voice && this.fail(error), // else the stem was removed
          );
      }
    }
    if (this.starves(position)) {
      this.hold(this.position);
      void this.play();
    }
  }

  /** Resolves when of each stem that is heard the segment at the play head is there, and so many beyond it. What is heard first is asked for first. */
  async fill(ahead = AHEAD): Promise<void> {
    const wanted = [...this.voices.values()].flatMap((voice) => this.wanted(voice, this.position, ahead).map((n) => ({ voice, n })));
    wanted.sort((a, b) => this.placeOf(a.voice, a.n) - this.placeOf(b.voice, b.n));
    await Promise.all(wanted.map(({ voice, n }) => this.fetch(voice, n)));
  }

  private voice(stem: Stem): Voice {
    const gain = this.options.context.createGain();
    gain.connect(this.fade);
    return { stem, level: { gain: 1, muted: false, solo: false }, gain, value: 1, loading: new Map(), buffers: new Map(), sources: new Map() };
  }

  private isHeard({ level }: Voice): boolean {
    return [...this.voices.values()].some((voice) => voice.level.solo) ? level.solo : !level.muted;
  }

  private level(): void {
    for (const voice of this.voices.values()) {
      const value = this.isHeard(voice) ? voice.level.gain : 0;
      const { gain } = voice.gain;
      const { currentTime } = this.options.context;
      if (value === voice.value) continue;
      voice.value = value;
      gain.cancelScheduledValues(currentTime);
      if (this.playing) gain.setTargetAtTime(value, currentTime, RAMP);
      else gain.setValueAtTime(value, currentTime);
    }
  }

  private placeOf({ stem }: Voice, n: number): number {
    return stem.offset + n * this.options.segmentSamples;
  }

  private lengthOf({ stem }: Voice, n: number): number {
    return Math.min(this.options.segmentSamples, stem.samples - n * this.options.segmentSamples);
  }

  /** The segment that is heard at a position, and those after it; none of a stem that nobody hears. */
  private wanted(voice: Voice, position: number, ahead = AHEAD): number[] {
    if (!this.isHeard(voice)) return [];
    const first = Math.max(0, Math.floor((position - voice.stem.offset) / this.options.segmentSamples));
    const last = Math.floor((position - voice.stem.offset) / this.options.segmentSamples) + ahead;
    const found: number[] = [];
    for (let n = first; n <= Math.min(last, voice.stem.segments - 1); n += 1) found.push(n);
    return found;
  }

  private fetch(voice: Voice, n: number): Promise<void> {
    if (voice.buffers.has(n)) return Promise.resolve();
    const running = voice.loading.get(n);
    if (running) return running;
    const { load, context } = this.options;
    const loaded = load(voice.stem, n, this.abort.signal)
      .then((bytes) => context.decodeAudioData(bytes))
      .then((buffer) => {
        voice.buffers.set(n, buffer);
      })
      .finally(() => voice.loading.delete(n));
    voice.loading.set(n, loaded);
    return loaded;
  }

  private start(voice: Voice, n: number, buffer: AudioBuffer): void {
    const { context } = this.options;
    const place = this.origin.frame + this.placeOf(voice, n) - this.origin.position;
    const earliest = Math.max(this.origin.frame, Math.ceil((context.currentTime + LEAD / 2) * this.rate));
    const skipped = Math.max(0, earliest - place);
    const length = this.lengthOf(voice, n);
    if (skipped >= length) return;
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(voice.gain);
    if (buffer.length > length) source.start((place + skipped) / this.rate, skipped / this.rate, (length - skipped) / this.rate);
    else source.start((place + skipped) / this.rate, skipped / this.rate);
    voice.sources.set(n, source);
  }

  /** Lets go of what is behind the play head, or far beyond it. */
  private forget(voice: Voice, position: number): void {
    const here = Math.floor((position - voice.stem.offset) / this.options.segmentSamples);
    for (const n of voice.sources.keys()) if (n < here) voice.sources.delete(n);
    for (const n of voice.buffers.keys()) if (n < here || n > here + AHEAD + 1) voice.buffers.delete(n);
  }

  /** A stem that is heard will have nothing to play in a moment. */
  private starves(position: number): boolean {
    const soon = position + LATE * this.rate;
    for (const voice of this.voices.values()) {
      if (!this.isHeard(voice)) continue;
      const at = (frame: number) => Math.floor((frame - voice.stem.offset) / this.options.segmentSamples);
      const next = at(soon);
      if (next > 0 && next < voice.stem.segments && next !== at(position) && voice.sources.has(next - 1) && !voice.sources.has(next)) return true;
    }
    return false;
  }

  private silence(voice: Voice): void {
    for (const source of voice.sources.values()) source.stop();
    voice.sources.clear();
  }

  /** Stops all sound, faded, and stays at a position. */
  private hold(position: number): void {
    const { context } = this.options;
    const { gain } = this.fade;
    this.runs += 1;
    clearInterval(this.timer);
    this.timer = undefined;
    gain.cancelScheduledValues(context.currentTime);
    gain.setTargetAtTime(0, context.currentTime, RAMP / 2);
    for (const voice of this.voices.values()) {
      for (const source of voice.sources.values()) source.stop(context.currentTime + LEAD / 2);
      voice.sources.clear();
      this.forget(voice, position);
    }
    this.origin = { frame: this.now, position };
  }

  private fail(error: unknown): void {
    if (this.abort.signal.aborted || !this.playing) return;
    this.hold(this.position);
    this.playing = this.buffering = false;
    this.error = error;
    this.options.onChange();
  }
}
