import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { del } from '@/lib/api/client';

export const removeAvatar = (id: string) => del('/users/{id}/avatar', { path: { id } });

export function useRemoveAvatar() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: removeAvatar,
    onSuccess: () => {
      client.setQueryData(meQuery.queryKey, (me) => me && { ...me, avatar: null });
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
}
