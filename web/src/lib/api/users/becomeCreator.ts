import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { post } from '@/lib/api/client';
import type { User } from '@/lib/api/schema';

export const becomeCreator = () => post('/users/me/creator');

/** The reply's role is still `user` where the operator approves creators by hand. */
export function useBecomeCreator() {
  const client = useQueryClient();
  return useMutation({ mutationFn: becomeCreator, onSuccess: (me) => client.setQueryData(meQuery.queryKey, me) });
}

export const mayUpload = (me: User) => me.role !== 'user';
