import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { del } from '@/lib/api/client';

export const removeBanner = (id: string) => del('/users/{id}/banner', { path: { id } });

export function useRemoveBanner() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: removeBanner,
    onSuccess: () => {
      client.setQueryData(meQuery.queryKey, (me) => me && { ...me, banner_url: null });
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
}
