import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import { invalidatePlaylist } from './cache';

interface Choice {
  id: string;
  itemId: string;
  trackId: string;
}

/** Gives a line of an import, which has no track yet, its track. */
export const chooseTrack = ({ id, itemId, trackId }: Choice) => put('/playlists/{id}/imports/{item_id}', { path: { id, item_id: itemId }, body: { track_id: trackId } });

export function useChooseTrack() {
  const client = useQueryClient();
  return useMutation({ mutationFn: chooseTrack, onSettled: (_chosen, _error, { id }) => void invalidatePlaylist(client, id) });
}
