import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';
import type { Release } from '@/lib/api/schema';

export interface ReleaseFilter {
  creator_id?: string;
  track_id?: string;
  kind?: Release['kind'];
  q?: string;
  mine?: boolean;
  /** Without people whom one muted or blocked. */
  unmuted?: boolean;
  sort?: 'date' | 'newest' | 'title';
  limit?: number;
}

/** All pages so far; the first one tells how many there are. */
export const releasesQuery = (filter: ReleaseFilter) =>
  endlessQuery(['releases', 'list', filter], (cursor, signal) => get('/releases', { query: { limit: cursor ? LATER : 24, ...filter, cursor, total: !cursor }, signal }));

export const useReleases = (filter: ReleaseFilter) => useInfiniteQuery(releasesQuery(filter));
