import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { List, Notification } from '@/lib/api/types';

export const listNotifications = (unread: boolean, page: number, signal?: AbortSignal) =>
  get<List<Notification>>('/notifications', { query: { unread: unread || undefined, page, limit: 20 }, signal });

/** What one was told of, the latest first; all or only what was not read. */
export const notificationsQuery = (unread: boolean) =>
  infiniteQueryOptions({
    queryKey: ['notifications', 'list', { unread }],
    queryFn: ({ pageParam, signal }) => listNotifications(unread, pageParam, signal),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page * last.limit < last.total ? last.page + 1 : undefined),
  });

export const useNotifications = (unread: boolean) => useInfiniteQuery(notificationsQuery(unread));
