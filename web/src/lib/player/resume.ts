/* Where a person stopped in a long track, on whatever device. */

import { hasSessionHint } from '@/lib/session/hint';
import { LONG_SECONDS } from './playReport';

/** Seconds; 0 where it begins at its beginning. */
export async function stoppedAt(track: { id: string; duration_ms: number }): Promise<number> {
  if (track.duration_ms <= LONG_SECONDS * 1000 || !hasSessionHint()) return 0;
  const { get } = await import('@/lib/api/client');
  const { position_ms } = await get('/history/tracks/{id}', { path: { id: track.id } });
  return position_ms / 1000;
}
