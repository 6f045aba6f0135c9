import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { invalidateLists } from './cache';
import { playlistQuery } from './get';

export function useDuplicatePlaylist() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post('/playlists/{id}/duplicate', { path: { id }, body: {} }),
    onSuccess: (copy) => {
      client.setQueryData(playlistQuery(copy.id).queryKey, copy);
      void invalidateLists(client);
    },
  });
}
