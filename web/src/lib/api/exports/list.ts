import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { DataExport } from '@/lib/api/schema';

export const listExports = (signal?: AbortSignal) => get('/users/me/exports', { query: { limit: 20 }, signal });

export const isUnderWay = ({ status }: DataExport) => status === 'pending' || status === 'processing';

/** The newest first; asked every second while one is being made. */
export const exportsQuery = queryOptions({
  queryKey: ['exports'],
  queryFn: ({ signal }) => listExports(signal),
  staleTime: 0,
  refetchInterval: (query) => (query.state.data?.items.some(isUnderWay) ? 1000 : false),
});

export const useExports = () => useQuery(exportsQuery);
