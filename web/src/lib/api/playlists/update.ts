import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { put } from '@/lib/api/client';
import { invalidateLists, patchPlaylist } from './cache';

type PlaylistChanges = Body<'put', '/playlists/{id}'>;

export const updatePlaylist = (id: string, changes: PlaylistChanges) => put('/playlists/{id}', { path: { id }, body: changes });

export function useUpdatePlaylist() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: PlaylistChanges }) => updatePlaylist(id, changes),
    onSuccess: (playlist) => {
      patchPlaylist(client, playlist.id, () => playlist);
      void invalidateLists(client); /* the latest changed comes first */
    },
  });
}
