import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { put } from '@/lib/api/client';
import { invalidateLists, patchPlaylist } from './cache';
import { itemsQuery } from './items';

export type PlaylistChanges = Body<'put', '/playlists/{id}'>;

export const updatePlaylist = (id: string, changes: PlaylistChanges) => put('/playlists/{id}', { path: { id }, body: changes });

export function useUpdatePlaylist() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: PlaylistChanges }) => updatePlaylist(id, changes),
    onSuccess: (playlist, { changes }) => {
      patchPlaylist(client, playlist.id, () => playlist);
      if (changes.rules) void client.invalidateQueries({ queryKey: itemsQuery(playlist.id).queryKey });
      void invalidateLists(client); /* the latest changed comes first */
    },
  });
}
