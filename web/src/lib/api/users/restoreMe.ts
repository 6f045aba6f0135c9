import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { post } from '@/lib/api/client';

/** Takes the deletion of one's account back. */
export const restoreMe = () => post('/users/me/restore');

export function useRestoreMe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: restoreMe,
    onSuccess: (me) => {
      client.setQueryData(meQuery.queryKey, me);
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
    },
  });
}
