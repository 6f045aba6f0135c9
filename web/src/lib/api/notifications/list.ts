import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

export const listNotifications = (unread: boolean, cursor: string | undefined, signal?: AbortSignal) =>
  get('/notifications', { query: { unread: unread || undefined, cursor, limit: 20 }, signal });

/** What one was told of, the latest first; all or only what was not read. */
export const notificationsQuery = (unread: boolean) =>
  endlessQuery(['notifications', 'list', { unread }], (cursor, signal) => listNotifications(unread, cursor, signal));

export const useNotifications = (unread: boolean) => useInfiniteQuery(notificationsQuery(unread));
