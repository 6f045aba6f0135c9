import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del, post } from '@/lib/api/client';
import type { Track } from '@/lib/api/schema';
import { tellProblem } from '@/lib/toast/problem';
import { holding, patchTrack } from './cache';

export const setLiked = (id: string, liked: boolean) => (liked ? post('/tracks/{id}/like', { path: { id } }) : del('/tracks/{id}/like', { path: { id } }));

/** Likes or unlikes at once, and takes it back when the server refuses. */
export function useLike() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, liked }: { id: string; liked: boolean }) => setLiked(id, liked),
    scope: { id: 'like' },
    onMutate: async ({ id, liked }) => {
      await client.cancelQueries(holding(id));
      patchTrack(client, id, ({ is_liked, like_count }: Track) => ({
        is_liked: liked,
        like_count: like_count === null || is_liked === liked ? like_count : like_count + (liked ? 1 : -1),
      }));
    },
    onError: (error, { id }) => {
      tellProblem(error);
      void client.invalidateQueries({ queryKey: ['tracks', 'one', id] });
    },
    onSettled: (state, _error, { id, liked }) => {
      const is_liked = state ? state.is_liked : !liked;
      patchTrack(client, id, () => ({ is_liked }));
      /* what is on the page stays there until one leaves it, so that a like can be taken back */
      void client.invalidateQueries({ queryKey: ['tracks', 'liked'], refetchType: 'none' });
    },
  });
}
