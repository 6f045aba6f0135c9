import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getStatus = (signal?: AbortSignal) => get('/status', { signal });

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => getStatus(signal),
  staleTime: 5 * 60_000,
});

export const useServerStatus = () => useQuery(statusQuery);
