/* Tells the server which parts of a track were heard. The server decides what a play is; a listening is told of when its sound begins, when it may be
 * enough, and when it stops. */

export interface Report {
  trackId: string;
  /** The token of the link by which it is heard. */
  share: string | null;
  session: string;
  sequence: number;
  ranges: { from_ms: number; to_ms: number }[];
  position_ms: number;
}

/** The token in the address of a stream; null: it is not heard by a link. */
export const shareOf = (manifestUrl: string | null) => /[?&]share=([\w-]+)/.exec(manifestUrl ?? '')?.[1] ?? null;

/** What a tab remembers of a listening, for the time after a reload. */
export interface Listening {
  key: string;
  session: string;
  sequence: number;
  heard: number;
}

export const ENOUGH_SECONDS = 30;
/** In longer tracks the server remembers where one stopped. */
export const LONG_SECONDS = 1200;
const TELL_EVERY_SECONDS = 15;
/** The page learns where the sound is a few times a second; parts that are so near to each other are one. */
const JOIN_SECONDS = 0.5;
const MOST_RANGES = 100;

export class PlayReport {
  private trackId: string | null = null;
  private share: string | null = null;
  private key = '';
  private listening: Listening | null = null;
  private duration = 0;
  private ranges: { from: number; to: number }[] = [];
  private untold = 0;
  private position = 0;
  private toldPosition = -1;

  /** `note` keeps the listening for the time after a reload, null: there is none; `before` is what was kept. */
  constructor(
    private readonly send: (report: Report) => void,
    private readonly note: (listening: Listening | null) => void = () => undefined,
    private before: Listening | null = null,
  ) {}

  /** What plays from now on; `key` is the entry of the queue, `duration` in seconds, `share` the token of a link. The first after a reload goes on with the listening from
   * before it. */
  begin(trackId: string, key: string, duration: number, share: string | null): void {
    this.flush();
    this.listening = this.before?.key === key ? this.before : null;
    this.before = null;
    this.trackId = trackId;
    this.share = share;
    this.key = key;
    this.duration = duration;
    this.forget();
  }

  /** From where to where the sound went, in seconds; jumping over a part is not hearing it. */
  add(from: number, to: number, muted: boolean): void {
    if (!this.trackId || to <= from) return;
    const listening = (this.listening ??= { key: this.key, session: crypto.randomUUID(), sequence: -1, heard: 0 });
    this.position = to;
    const begins = listening.sequence < 0;
    if (!muted) {
      const before = listening.heard;
      const last = this.ranges.at(-1);
      if (last && Math.abs(last.to - from) < JOIN_SECONDS && to > last.to) last.to = to;
      else this.ranges.push({ from, to });
      listening.heard += to - from;
      const enough = this.duration > 0 ? Math.min(ENOUGH_SECONDS, this.duration / 2) : ENOUGH_SECONDS;
      /* A moment more than enough: the server's clock began a little later than the sound. */
      if (before < enough + 0.5 && listening.heard >= enough + 0.5) this.untold = TELL_EVERY_SECONDS;
    }
    this.untold += to - from;
    if (begins || this.untold >= TELL_EVERY_SECONDS || this.ranges.length >= MOST_RANGES) this.flush();
  }

  /** Tells what was not told yet: the sound stops, or the page is left. */
  flush(): void {
    const { trackId, share, listening } = this;
    if (!trackId || !listening || this.position === this.toldPosition) return;
    listening.sequence += 1;
    const ranges = this.ranges.map(({ from, to }) => ({ from_ms: Math.floor(from * 1000), to_ms: Math.ceil(to * 1000) }));
    this.ranges = [];
    this.untold = 0;
    this.toldPosition = this.position;
    this.note(listening);
    this.send({ trackId, share, session: listening.session, sequence: listening.sequence, ranges, position_ms: Math.round(this.position * 1000) });
  }

  /** The listener jumped: what comes is no continuation of what was. */
  jump(to: number): void {
    if (this.listening && this.listening.sequence >= 0) this.position = to;
  }

  /** The track was heard to its end. What comes after it is another listening, also of the same track. */
  end(): void {
    if (this.position > 0) this.position = this.duration;
    this.flush();
    this.listening = null;
    this.forget();
    this.note(null);
  }

  private forget(): void {
    this.ranges = [];
    this.untold = 0;
    this.position = 0;
    this.toldPosition = -1;
  }
}
