/* What goes in and out of the audio engine. */

import type { Rendition } from './quality';

export interface EngineTrack {
  id: string;
  manifestUrl: string;
  durationMs: number;
  loudnessLufs: number | null;
  truePeakDbtp: number | null;
}

/** gone: the server has no such track (any more). network: could not be loaded. media: cannot be decoded. */
export type Failure = 'gone' | 'network' | 'media' | 'blocked';

export interface EngineState {
  /** What the listener asked for. */
  wantsPlay: boolean;
  /** Sound should be coming and is not. */
  buffering: boolean;
  rendition: Rendition | null;
}

export interface EngineEvents {
  state(state: EngineState): void;
  /** The next track took over by itself; it is now the current one. */
  advanced(track: EngineTrack): void;
  /** The last sample of the current track was heard and nothing follows. */
  ended(): void;
  failed(track: EngineTrack, failure: Failure): void;
  /** About four times a second while playing, with the seconds heard since the last call. */
  progress(heard: number): void;
}
