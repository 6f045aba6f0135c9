/* What goes on at the end of the queue, for people who want that (setting `autoplay`): what the server recommends after the last track. It leaves out what they
 * blocked, muted, like already or heard just now. */

import { get } from '@/lib/api/client';
import { queryClient } from '@/lib/api/queryClient';
import { settingsQuery } from '@/lib/api/users/settings';
import { isPlayable, toPlayerTrack, type PlayerTrack } from './contract';

const MOST = 10;
const LOOKED_AT = 50;

/** None where the person does not want it, or there is nothing alike that `queue` does not have. */
export async function similarTo(trackId: string, queue: readonly PlayerTrack[]): Promise<PlayerTrack[]> {
  const { autoplay } = await queryClient.ensureQueryData(settingsQuery);
  if (!autoplay) return [];
  const known = new Set(queue.map((track) => track.id));
  const { items } = await get('/tracks/recommendations', { query: { track_id: trackId, limit: LOOKED_AT } });
  return items
    .filter((track) => isPlayable(track) && !known.has(track.id))
    .slice(0, MOST)
    .map(toPlayerTrack);
}
