import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import type { Notification } from '@/lib/api/schema';
import { addUnread, invalidateNotifications, mapNotifications } from './cache';

export const removeNotification = (id: string) => del('/notifications/{id}', { path: { id } });

export function useRemoveNotification() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Notification) => removeNotification(id),
    onMutate: async ({ id, read }) => {
      await mapNotifications(client, (item) => (item.id === id ? null : item));
      if (!read) addUnread(client, -1);
    },
    onSettled: () => invalidateNotifications(client),
  });
}
