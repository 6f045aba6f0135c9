/* What the rest of the app may ask of the player.
 *
 * Pages never import the player feature: they hand tracks to `usePlayer` (./store) and read its state.
 * The bar itself is mounted once, in the frame, from `features/player/PlayerBar` (a named export `PlayerBar`). It is fixed at
 * bottom var(--tabs-h), 72 px high, shows nothing while the queue is empty and carries `data-player-bar` while it shows,
 * from which the frame leaves room for it (--player-h). Its texts are in locales/{en,fr,es}/common/player.json. A playing track
 * tints the interface by setting `--accent-h` (a hue in degrees) on the root element. */

import type { Track, UserRef } from '@/lib/api/schema';

export interface PlayerTrack {
  id: string;
  title: string;
  artist: string | null;
  /** Undefined in a queue that an older version of the app left. */
  album?: string | null;
  cover_url: string | null;
  duration_ms: number;
  stream_manifest_url: string | null;
  loudness_lufs: number | null;
  true_peak_dbtp: number | null;
  creator: UserRef;
  waveform_url: string | null;
}

export interface PlayerApi {
  /** The queue, and where in it we are (-1: nothing loaded). */
  queue: readonly PlayerTrack[];
  index: number;
  current: PlayerTrack | null;
  isPlaying: boolean;
  /** True from the wish to play until sound comes out. */
  isBuffering: boolean;
  /** Replaces the queue and plays from `index`. */
  playTracks(tracks: readonly PlayerTrack[], index: number): void;
  addToQueue(track: PlayerTrack): void;
  /** Plays or pauses what is loaded. */
  toggle(): void;
  next(): void;
  previous(): void;
  /** Jumps to `seconds` of the current track. */
  seek(seconds: number): void;
}

/** What must be known of a track to play it: what the player is told, and whether it can be played at all. */
export type Playable = Pick<Track, keyof PlayerTrack | 'duration' | 'status'> & Partial<Pick<Track, 'stream_status'>>;

/** A track as the player wants it. */
export function toPlayerTrack(track: Playable): PlayerTrack {
  return {
    id: track.id,
    title: track.title,
    artist: track.artist,
    album: track.album,
    cover_url: track.cover_url,
    duration_ms: track.duration_ms ?? (track.duration ?? 0) * 1000,
    stream_manifest_url: track.stream_manifest_url,
    loudness_lufs: track.loudness_lufs,
    true_peak_dbtp: track.true_peak_dbtp,
    creator: track.creator,
    waveform_url: track.waveform_url,
  };
}

/** A long recording plays, for its owner, while it is still processed. */
export function isPlayable(track: Playable): boolean {
  return (track.status === 'completed' || (track.status === 'processing' && track.stream_status === 'ready')) && track.stream_manifest_url !== null;
}
