/* Changes to the notifications that are loaded, so that the list and the bell show them before the server has answered. */

import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Notification } from '@/lib/api/schema';
import type { List } from '@/lib/api/endless';
import { unreadCountQuery } from './unreadCount';

type Lists = InfiniteData<List<Notification>>;

const LISTS = ['notifications', 'list'];

/** `change` gives the notification as it is now, or null when it is gone. */
export async function mapNotifications(client: QueryClient, change: (notification: Notification) => Notification | null): Promise<void> {
  await client.cancelQueries({ queryKey: ['notifications'] });
  client.setQueriesData<Lists>({ queryKey: LISTS }, (data) => {
    if (!data) return data;
    const pages = data.pages.map((page) => ({ ...page, items: page.items.flatMap((item) => change(item) ?? []) }));
    return { ...data, pages };
  });
}

export function addUnread(client: QueryClient, by: number): void {
  client.setQueryData(unreadCountQuery.queryKey, (count) => count && { unread: Math.max(0, count.unread + by) });
}

export const clearUnread = (client: QueryClient) => client.setQueryData(unreadCountQuery.queryKey, { unread: 0 });

/** The lists and the count; not the preferences, which nothing here changes. */
export async function invalidateNotifications(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: LISTS }), client.invalidateQueries({ queryKey: unreadCountQuery.queryKey })]);
}
