/* Lists that name tracks and may also name one that is gone: items of playlists, places of releases, listenings. */

import type { Playable } from '@/lib/player/contract';

type Named = 'title' | 'artist' | 'album' | 'duration_ms' | 'cover_url' | 'waveform_url' | 'stream_manifest_url' | 'loudness_lufs' | 'true_peak_dbtp' | 'creator';

export type Listed = { [K in Named]: Playable[K] | null } & { track_id: string | null; is_liked: boolean };
export type ListedTrack = Playable & { is_liked: boolean };

/** The track that is named; null where it is gone, not out yet, or not for the reader. */
export function trackOf(item: Listed): ListedTrack | null {
  const { track_id, title, creator, artist, album, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, is_liked } = item;
  if (track_id === null || title === null || creator === null) return null;
  return {
    id: track_id,
    title,
    artist,
    album,
    duration: null,
    duration_ms,
    cover_url,
    waveform_url,
    stream_manifest_url,
    loudness_lufs,
    true_peak_dbtp,
    creator,
    is_liked,
    /* the server names a stream only where it can be played */
    status: stream_manifest_url === null ? 'processing' : 'completed',
  };
}
