import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del, post } from '@/lib/api/client';
import { patchItems } from '@/lib/api/playlists/cache';
import type { Track } from '@/lib/api/schema';
import { patchTrack } from './cache';

export const setLiked = (id: string, liked: boolean) => (liked ? post('/tracks/{id}/like', { path: { id } }) : del('/tracks/{id}/like', { path: { id } }));

/** Likes or unlikes at once, and takes it back when the server refuses. */
export function useLike() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, liked }: { id: string; liked: boolean }) => setLiked(id, liked),
    scope: { id: 'like' },
    onMutate: async ({ id, liked }) => {
      await client.cancelQueries({ queryKey: ['tracks'], predicate: (query) => query.state.data !== undefined });
      patchTrack(client, id, ({ is_liked, like_count }: Track) => ({
        is_liked: liked,
        like_count: like_count === null || is_liked === liked ? like_count : like_count + (liked ? 1 : -1),
      }));
      patchItems(client, id, { is_liked: liked });
    },
    onError: (_error, { id }) => void client.invalidateQueries({ queryKey: ['tracks', 'one', id] }),
    onSettled: (state, _error, { id, liked }) => {
      const is_liked = state ? state.is_liked : !liked;
      patchTrack(client, id, () => ({ is_liked }));
      patchItems(client, id, { is_liked });
    },
  });
}
