import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getUnreadCount = (signal?: AbortSignal) => get('/notifications/unread-count', { signal });

export const unreadCountQuery = queryOptions({
  queryKey: ['notifications', 'unread-count'],
  queryFn: ({ signal }) => getUnreadCount(signal),
});

export const useUnreadCount = () => useQuery(unreadCountQuery);
