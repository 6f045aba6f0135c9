import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import type { ReleaseTrack } from '@/lib/api/schema';
import { changeTracks, invalidateRelease, restoreTracks } from './cache';

export interface TrackMove {
  track_id: string;
  /** The track behind which it then stands, on the same disc; null: it is the first of `disc`. */
  after: string | null;
  disc: number;
}

export function moved(items: readonly ReleaseTrack[], { track_id, after, disc }: TrackMove): ReleaseTrack[] {
  const one = items.find((item) => item.track_id === track_id);
  const rest = items.filter((item) => item.track_id !== track_id);
  const at = after === null ? rest.findIndex((item) => item.disc >= disc) : rest.findIndex((item) => item.track_id === after) + 1;
  if (!one || (after !== null && at === 0)) return [...items];
  const to = at < 0 ? rest.length : at;
  return [...rest.slice(0, to), { ...one, disc }, ...rest.slice(to)];
}

/** As useMoveItem of playlists. */
export function useMoveTrack(id: string) {
  const client = useQueryClient();
  const mutationKey = ['releases', 'move', id];
  return useMutation({
    mutationKey,
    scope: { id: `release-move-${id}` },
    mutationFn: (move: TrackMove) => put('/releases/{id}/tracks/reorder', { path: { id }, body: move }),
    onMutate: (move) => changeTracks(client, id, (items) => moved(items, move)),
    onError: (_error, _move, before) => restoreTracks(client, id, before),
    onSettled: () => {
      if (client.isMutating({ mutationKey }) === 1) void invalidateRelease(client, id);
    },
  });
}
