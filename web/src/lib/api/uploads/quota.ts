import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** How much a person may store, and how much is free. */
export const quotaQuery = (id: string) => queryOptions({ queryKey: ['quota', id], queryFn: ({ signal }) => get('/tracks/quota/{id}', { path: { id }, signal }), staleTime: 10_000 });

export const useQuota = (id: string | undefined) => useQuery({ ...quotaQuery(id ?? ''), enabled: id !== undefined });
