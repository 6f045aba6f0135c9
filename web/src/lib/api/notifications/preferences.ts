import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getPreferences = (signal?: AbortSignal) => get('/notifications/preferences', { signal });

export const preferencesQuery = queryOptions({
  queryKey: ['notifications', 'preferences'],
  queryFn: ({ signal }) => getPreferences(signal),
});

export const usePreferences = () => useQuery(preferencesQuery);
