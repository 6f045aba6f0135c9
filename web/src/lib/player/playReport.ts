/* Tells the server that a track was played: once a play, after 30 seconds or half of it were really heard. */

export const ENOUGH_SECONDS = 30;

export type SendPlay = (trackId: string, seconds: number) => void;

export class PlayReport {
  private trackId: string | null = null;
  private heard = 0;
  private enough = Infinity;
  private sent = false;

  constructor(private readonly send: SendPlay) {}

  /** A play begins. `duration` in seconds. */
  begin(trackId: string, duration: number): void {
    this.trackId = trackId;
    this.heard = 0;
    this.sent = false;
    this.enough = duration > 0 ? Math.min(ENOUGH_SECONDS, duration / 2) : ENOUGH_SECONDS;
  }

  /** So many more seconds were heard; jumping over a part is not hearing it. */
  add(seconds: number): void {
    this.heard += seconds;
    if (this.sent || !this.trackId || this.heard < this.enough) return;
    this.sent = true;
    this.send(this.trackId, Math.round(this.heard));
  }

  /** Seconds heard in this play. */
  get seconds(): number {
    return this.heard;
  }
}
