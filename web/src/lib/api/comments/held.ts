import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';
import { HELD } from './cache';

/** What waits for the approval of whoever asks, on all their tracks, the newest first. */
export const useHeldComments = () => useInfiniteQuery(endlessQuery([...HELD, 'list'], (cursor, signal) => get('/comments/held', { query: { cursor, limit: cursor ? LATER : 20 }, signal })));

const countQuery = {
  queryKey: [...HELD, 'count'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await get('/comments/held', { query: { limit: 1, total: true }, signal })).total ?? 0,
};

/** How many of them there are; 0 while that is not known. */
export const useHeldCount = (enabled: boolean) => useQuery({ ...countQuery, enabled }).data ?? 0;
