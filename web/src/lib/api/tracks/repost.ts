import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del, post } from '@/lib/api/client';
import type { Track } from '@/lib/api/schema';
import { tellProblem } from '@/lib/toast/problem';
import { holding, patchTrack } from './cache';

const setReposted = (id: string, reposted: boolean) => (reposted ? post('/tracks/{id}/repost', { path: { id } }) : del('/tracks/{id}/repost', { path: { id } }));

/** Reposts or takes it back at once, and the other way round when the server refuses. */
export function useRepost() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, reposted }: { id: string; reposted: boolean }) => setReposted(id, reposted),
    scope: { id: 'repost' },
    onMutate: async ({ id, reposted }) => {
      await client.cancelQueries(holding(id));
      patchTrack(client, id, ({ is_reposted, repost_count }: Track) => ({
        is_reposted: reposted,
        repost_count: repost_count === null || is_reposted === reposted ? repost_count : repost_count + (reposted ? 1 : -1),
      }));
    },
    onError: (error, { id }) => {
      tellProblem(error);
      void client.invalidateQueries({ queryKey: ['tracks', 'one', id] });
    },
    onSettled: (state, _error, { id, reposted }) => patchTrack(client, id, () => ({ is_reposted: state ? state.is_reposted : !reposted })),
  });
}
