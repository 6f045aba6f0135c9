import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';
import type { List } from '@/lib/api/types';

/** A list that grows as one reads: each page begins where the last one ended, whatever came or went meanwhile. */
export const endlessQuery = <T>(queryKey: QueryKey, fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<List<T>>) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam || undefined, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  });
