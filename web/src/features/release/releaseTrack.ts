import type { ReleaseTrack } from '@/lib/api/schema';
import type { Playable } from '@/lib/player/contract';

export type HeldTrack = Playable & { is_liked: boolean };

/** The track in a place of a release; null where it is not out yet, or not for the reader. */
export function trackOf(item: ReleaseTrack): HeldTrack | null {
  if (item.track_id === null || item.title === null || item.creator === null) return null;
  const { title, artist, album, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator, is_liked } = item;
  return {
    id: item.track_id,
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
