import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { clearUnread, invalidateNotifications, mapNotifications } from './cache';

export const markAllRead = () => post('/notifications/read-all');

export function useMarkAllRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: markAllRead,
    onMutate: async () => {
      await mapNotifications(client, (item) => ({ ...item, read: true }));
      clearUnread(client);
    },
    onSettled: () => invalidateNotifications(client),
  });
}
