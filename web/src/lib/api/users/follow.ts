import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del, post } from '@/lib/api/client';
import { tellProblem } from '@/lib/toast/problem';
import { patchUser, restoreUsers, snapshotUsers } from './cache';

export const setFollowing = (id: string, following: boolean) =>
  following ? post('/users/{id}/follow', { path: { id } }) : del('/users/{id}/follow', { path: { id } });

/** Follows or unfollows at once, and takes it back when the server refuses. */
export function useFollow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, following }: { id: string; following: boolean }) => setFollowing(id, following),
    scope: { id: 'follow' },
    onMutate: async ({ id, following }) => {
      const before = await snapshotUsers(client);
      patchUser(client, id, (user) => ({
        is_following: following,
        has_bell: following && user.has_bell,
        follower_count: user.follower_count + (user.is_following === following ? 0 : following ? 1 : -1),
      }));
      return { before };
    },
    onSuccess: ({ user_id, is_following, follower_count }) => patchUser(client, user_id, () => ({ is_following, follower_count })),
    onError: (error, _change, context) => {
      restoreUsers(client, context?.before);
      tellProblem(error);
    },
  });
}
