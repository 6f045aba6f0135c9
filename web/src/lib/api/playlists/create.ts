import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { NewPlaylist } from '@/lib/api/types';
import { invalidateLists } from './cache';
import { playlistQuery } from './get';

export const createPlaylist = (body: NewPlaylist) => post('/playlists', { body });

export function useCreatePlaylist() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: createPlaylist,
    onSuccess: (playlist) => {
      client.setQueryData(playlistQuery(playlist.id).queryKey, playlist);
      void invalidateLists(client);
    },
  });
}
