import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del, post } from '@/lib/api/client';
import { tellProblem } from '@/lib/toast/problem';
import { patchUser, restoreUsers, snapshotUsers } from './cache';

export const setBlocked = (id: string, blocked: boolean) => (blocked ? post('/users/{id}/block', { path: { id } }) : del('/users/{id}/block', { path: { id } }));

/** Blocks or unblocks at once; blocking ends following both ways. */
export function useBlock() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, blocked }: { id: string; blocked: boolean }) => setBlocked(id, blocked),
    onMutate: async ({ id, blocked }) => {
      const before = await snapshotUsers(client);
      patchUser(client, id, (user) => ({
        is_blocked: blocked,
        is_following: false,
        follower_count: user.follower_count - (user.is_following ? 1 : 0),
      }));
      return { before };
    },
    onError: (error, _change, context) => {
      restoreUsers(client, context?.before);
      tellProblem(error);
    },
    /* their comments go, and come back */
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['users'] }), client.invalidateQueries({ queryKey: ['comments'] })]),
  });
}
