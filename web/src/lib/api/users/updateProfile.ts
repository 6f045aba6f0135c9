import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import type { Body } from '@/lib/api/address';
import { put } from '@/lib/api/client';

export type ProfileChanges = Body<'put', '/users/{id}'>;

export const updateProfile = (id: string, changes: ProfileChanges) => put('/users/{id}', { path: { id }, body: changes });

/** Shows the change at once and takes it back when the server refuses. */
export function useUpdateProfile() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: ProfileChanges }) => updateProfile(id, changes),
    onMutate: async ({ changes }) => {
      await client.cancelQueries({ queryKey: meQuery.queryKey });
      const before = client.getQueryData(meQuery.queryKey);
      client.setQueryData(meQuery.queryKey, (me) => me && { ...me, ...changes });
      return { before };
    },
    onSuccess: (me) => client.setQueryData(meQuery.queryKey, me),
    onError: (_error, _changes, context) => client.setQueryData(meQuery.queryKey, context?.before),
    onSettled: () => client.invalidateQueries({ queryKey: ['users'] }),
  });
}
