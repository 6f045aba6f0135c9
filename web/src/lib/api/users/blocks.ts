import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { List, BlockedPerson } from '@/lib/api/types';

export const listBlocks = (page: number, signal?: AbortSignal) => get<List<BlockedPerson>>('/users/me/blocks', { query: { page, limit: 20 }, signal });

/** Whom one has blocked. */
export const blocksQuery = infiniteQueryOptions({
  queryKey: ['users', 'blocks'],
  queryFn: ({ pageParam, signal }) => listBlocks(pageParam, signal),
  initialPageParam: 1,
  getNextPageParam: (last) => (last.page * last.limit < last.total ? last.page + 1 : undefined),
});

export const useBlocks = () => useInfiniteQuery(blocksQuery);
