import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import type { PlaylistChanges } from '@/lib/api/types';
import { invalidateLists, patchPlaylist } from './cache';

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
