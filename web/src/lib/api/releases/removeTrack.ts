import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { changeTracks, invalidateRelease, restoreTracks } from './cache';

/** Takes it out at once, and puts it back when the server refuses. */
export function useRemoveTrackOf(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (trackId: string) => del('/releases/{id}/tracks/{track_id}', { path: { id, track_id: trackId } }),
    onMutate: (trackId) => changeTracks(client, id, (items) => items.filter((item) => item.track_id !== trackId)),
    onError: (_error, _trackId, before) => restoreTracks(client, id, before),
    onSettled: () => void invalidateRelease(client, id),
  });
}
