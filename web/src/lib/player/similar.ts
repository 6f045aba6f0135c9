/* What goes on at the end of the queue, for people who want that (setting `autoplay`): the newest tracks of the same genre as the last one, then those with
 * one of its tags. */

import { get } from '@/lib/api/client';
import { queryClient } from '@/lib/api/queryClient';
import { settingsQuery } from '@/lib/api/users/settings';
import type { Track } from '@/lib/api/schema';
import { listTracks } from '@/lib/api/tracks/list';
import { isPlayable, toPlayerTrack, type PlayerTrack } from './contract';

const MOST = 10;
const LOOKED_AT = 50;

/** None where the person does not want it, or there is nothing alike that `queue` does not have. */
export async function similarTo(trackId: string, queue: readonly PlayerTrack[]): Promise<PlayerTrack[]> {
  const { autoplay } = await queryClient.ensureQueryData(settingsQuery);
  if (!autoplay) return [];
  const { genre, tags } = await get('/tracks/{id}', { path: { id: trackId } });
  const known = new Set(queue.map((track) => track.id));
  const found: Track[] = [];
  for (const filter of [...(genre ? [{ genre }] : []), ...tags.slice(0, 3).map((tag) => ({ tag }))]) {
    if (found.length >= MOST) break;
    const { items } = await listTracks({ ...filter, sort: 'newest', limit: LOOKED_AT });
    for (const track of items) {
      if (!isPlayable(track) || known.has(track.id)) continue;
      known.add(track.id);
      found.push(track);
    }
  }
  return found.slice(0, MOST).map(toPlayerTrack);
}
