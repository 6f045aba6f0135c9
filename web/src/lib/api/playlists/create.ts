import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { invalidateLists } from './cache';
import { playlistQuery } from './get';

export type NewPlaylist = Body<'post', '/playlists'>;

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
