import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { clearUnread, invalidateNotifications, mapNotifications } from './cache';

export const removeAllNotifications = () => del('/notifications');

export function useRemoveAllNotifications() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: removeAllNotifications,
    onMutate: async () => {
      await mapNotifications(client, () => null);
      clearUnread(client);
    },
    onSettled: () => invalidateNotifications(client),
  });
}
