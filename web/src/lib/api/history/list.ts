import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';

/** What one listened to, the latest first. It grows while one listens, so it is asked for anew each time. */
export const historyQuery = {
  ...endlessQuery(['history'], (cursor, signal) => get('/history', { query: { cursor, limit: cursor ? LATER : 50, total: !cursor }, signal })),
  staleTime: 0,
};

export const useHistory = () => useInfiniteQuery(historyQuery);
