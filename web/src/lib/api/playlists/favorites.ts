import { useMutation, useQueryClient } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { invalidateLists } from './cache';
import { playlistQuery } from './get';

/** One's favorites, which are made when they are first asked for. */
export function useFavorites() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => get('/playlists/favoris', {}),
    onSuccess: (playlist) => {
      client.setQueryData(playlistQuery(playlist.id).queryKey, playlist);
      void invalidateLists(client);
    },
  });
}
