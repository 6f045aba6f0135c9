import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { NotificationPreferences } from '@/lib/api/types';

export const getPreferences = (signal?: AbortSignal) => get<NotificationPreferences>('/notifications/preferences', { signal });

export const preferencesQuery = queryOptions({
  queryKey: ['notifications', 'preferences'],
  queryFn: ({ signal }) => getPreferences(signal),
});

export const usePreferences = () => useQuery(preferencesQuery);
