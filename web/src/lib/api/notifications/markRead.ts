import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { Notification } from '@/lib/api/schema';
import { addUnread, invalidateNotifications, mapNotifications } from './cache';

export const markRead = (id: string) => post('/notifications/{id}/read', { path: { id } });

export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Notification) => markRead(id),
    onMutate: async ({ id, read }) => {
      await mapNotifications(client, (item) => (item.id === id ? { ...item, read: true } : item));
      if (!read) addUnread(client, -1);
    },
    onSettled: () => invalidateNotifications(client),
  });
}
