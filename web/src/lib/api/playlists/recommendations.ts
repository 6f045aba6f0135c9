import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

const MINUTES = 60_000;

/** Playlists that one may like. Each says why it is there. */
const recommendedPlaylistsQuery = (limit: number) =>
  queryOptions({
    queryKey: ['playlists', 'recommended', limit],
    queryFn: ({ signal }) => get('/playlists/recommendations', { query: { limit }, signal }),
    staleTime: 10 * MINUTES,
  });

export const useRecommendedPlaylists = (limit: number) => useQuery(recommendedPlaylistsQuery(limit));
