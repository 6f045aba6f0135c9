import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';
import type { Track } from '@/lib/api/schema';

export interface TrackFilter {
  creator_id?: string;
  username?: string;
  genre?: string;
  tag?: string;
  q?: string;
  mine?: boolean;
  /** Without what one muted, and people whom one blocked. */
  unmuted?: boolean;
  status?: Track['status'];
  sort?: 'newest' | 'oldest' | 'title';
  page?: number;
  cursor?: string | undefined;
  total?: boolean;
  limit?: number;
}

export const listTracks = (filter: TrackFilter, signal?: AbortSignal) =>
  get('/tracks', { query: { ...filter }, signal });

export const isUnfinished = (track: Track) => track.status === 'processing' || track.status === 'uploading';

/** One page of tracks; asks again every few seconds while one of them is being processed. */
export const tracksQuery = (filter: TrackFilter) =>
  queryOptions({
    queryKey: ['tracks', 'list', filter],
    queryFn: ({ signal }) => listTracks(filter, signal),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.items.some(isUnfinished) ? 3000 : false),
  });

export const useTracks = (filter: TrackFilter) => useQuery(tracksQuery(filter));

/** All pages so far, for lists that grow as one reads; the first one tells how many there are. */
export const endlessTracksQuery = (filter: Omit<TrackFilter, 'page' | 'cursor' | 'total'>) =>
  endlessQuery(['tracks', 'endless', filter], (cursor, signal) => listTracks({ limit: cursor ? LATER : 20, ...filter, cursor, total: !cursor }, signal));

export const useEndlessTracks = (filter: Omit<TrackFilter, 'page' | 'cursor' | 'total'>) => useInfiniteQuery(endlessTracksQuery(filter));
