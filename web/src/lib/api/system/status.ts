import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { ServerStatus } from '@/lib/api/types';

export const getStatus = (signal?: AbortSignal) => get<ServerStatus>('/status', { signal });

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => getStatus(signal),
  staleTime: 5 * 60_000,
});

export const useServerStatus = () => useQuery(statusQuery);
