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

/** Says that it went on where the person stopped, and offers the beginning. */
export async function tellResumed(title: string, seconds: number, begin: () => void): Promise<void> {
  const [{ default: i18next }, { useToasts }, { clock }] = await Promise.all([import('i18next'), import('@/lib/toast/store'), import('@/lib/format/format')]);
  useToasts.getState().show({ text: i18next.t('player.resumed', { title, time: clock(seconds * 1000) }), action: { label: i18next.t('player.from_beginning'), run: begin } });
}
