import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import type { PlaylistItem } from '@/lib/api/schema';
import { changeItems, invalidatePlaylist, restoreItems } from './cache';

export interface Move {
  item: string;
  /** The item behind which it then stands; null: it is the first. */
  after: string | null;
}

export const moveItem = (id: string, move: Move) => put('/playlists/{id}/tracks/reorder', { path: { id }, body: move });

export function moved(items: readonly PlaylistItem[], { item, after }: Move): PlaylistItem[] {
  const one = items.find(({ id }) => id === item);
  const rest = items.filter(({ id }) => id !== item);
  const at = after === null ? 0 : rest.findIndex(({ id }) => id === after) + 1;
  return one && (after === null || at > 0) ? [...rest.slice(0, at), one, ...rest.slice(at)] : [...items];
}

/** Moves an item at once, and puts it back when the server refuses. Moves are sent one after the other; when the last one is done, the order
 * is read from the server. */
export function useMoveItem(id: string) {
  const client = useQueryClient();
  const mutationKey = ['playlists', 'move', id];
  return useMutation({
    mutationKey,
    scope: { id: `playlist-move-${id}` },
    mutationFn: (move: Move) => moveItem(id, move),
    onMutate: (move) => changeItems(client, id, (items) => moved(items, move)),
    onError: (_error, _move, before) => restoreItems(client, id, before),
    onSettled: () => {
      if (client.isMutating({ mutationKey }) === 1) void invalidatePlaylist(client, id);
    },
  });
}
