import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const chatStatsQuery = queryOptions({ queryKey: ['chat', 'stats'], queryFn: ({ signal }) => get('/chat/stats', { signal }) });

/** How many messages of all conversations were not read. */
export const useChatUnread = (enabled: boolean): number => useQuery({ ...chatStatsQuery, enabled }).data?.unread_count ?? 0;
