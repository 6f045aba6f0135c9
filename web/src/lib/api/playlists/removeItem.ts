import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { changeItems, invalidatePlaylist, restoreItems } from './cache';

export const removeItem = (id: string, item: string) => del('/playlists/{id}/tracks/{track_id}', { path: { id, track_id: item } });

/** Takes it out at once, and puts it back when the server refuses. */
export function useRemoveItem() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, item }: { id: string; item: string }) => removeItem(id, item),
    onMutate: ({ id, item }) => changeItems(client, id, (items) => items.filter((one) => one.id !== item)),
    onError: (_error, { id }, before) => restoreItems(client, id, before),
    onSettled: (_nothing, _error, { id }) => void invalidatePlaylist(client, id),
  });
}
