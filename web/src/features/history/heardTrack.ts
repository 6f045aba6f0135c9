import type { Listening } from '@/lib/api/schema';
import type { Playable } from '@/lib/player/contract';

/** The track of a listening; null where it is gone, or not for the reader. */
export function trackOf(listening: Listening): (Playable & { is_liked: boolean }) | null {
  const { track_id, title, creator, stream_manifest_url, artist, album, duration_ms, cover_url, waveform_url, loudness_lufs, true_peak_dbtp, is_liked } = listening;
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
