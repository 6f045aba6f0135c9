import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post, put } from '@/lib/api/client';
import { invalidatePlaylist } from './cache';

interface Addition {
  id: string;
  trackId: string;
  /** The item behind which it goes, null for the front; at the end where it is not said. */
  after?: string | null;
}

export async function addTrack({ id, trackId, after }: Addition) {
  const added = await post('/playlists/{id}/tracks', { path: { id }, body: { track_id: trackId } });
  if (after !== undefined) await put('/playlists/{id}/tracks/reorder', { path: { id }, body: { item: added.item_id, after } });
  return added;
}

export function useAddTrack() {
  const client = useQueryClient();
  return useMutation({ mutationFn: addTrack, onSettled: (_added, _error, { id }) => void invalidatePlaylist(client, id) });
}
