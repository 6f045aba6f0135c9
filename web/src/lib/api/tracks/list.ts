import { infiniteQueryOptions, keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { List, Track, TrackState } from '@/lib/api/types';

export interface TrackFilter {
  creator_id?: string;
  username?: string;
  genre?: string;
  tag?: string;
  q?: string;
  mine?: boolean;
  status?: TrackState;
  sort?: 'newest' | 'oldest' | 'title';
  page?: number;
  limit?: number;
}

export const listTracks = (filter: TrackFilter, signal?: AbortSignal) =>
  get<List<Track>>('/tracks', { query: { ...filter }, signal });

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

/** All pages so far, for lists that grow as one reads. */
export const endlessTracksQuery = (filter: Omit<TrackFilter, 'page'>) =>
  infiniteQueryOptions({
    queryKey: ['tracks', 'endless', filter],
    queryFn: ({ pageParam, signal }) => listTracks({ limit: 20, ...filter, page: pageParam }, signal),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page * last.limit < last.total ? last.page + 1 : undefined),
  });

export const useEndlessTracks = (filter: Omit<TrackFilter, 'page'>) => useInfiniteQuery(endlessTracksQuery(filter));
