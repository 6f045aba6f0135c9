import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

const MINUTES = 60_000;

/** Tracks that one may like, or that are like a track. Each says why it is there. */
const recommendedTracksQuery = (like: string | null, limit: number) =>
  queryOptions({
    queryKey: ['tracks', 'recommended', like, limit],
    queryFn: ({ signal }) => get('/tracks/recommendations', { query: { limit, ...(like !== null && { track_id: like }) }, signal }),
    staleTime: 10 * MINUTES,
  });

export const useRecommendedTracks = (like: string | null, limit: number) => useQuery(recommendedTracksQuery(like, limit));
