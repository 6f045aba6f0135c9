import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** Opening it is counted, so it is asked for once. */
export const sharedTrackQuery = (token: string) =>
  queryOptions({ queryKey: ['shared', token], queryFn: ({ signal }) => get('/tracks/shared/{token}', { path: { token }, signal }), staleTime: Infinity });

export const useSharedTrack = (token: string) => useQuery(sharedTrackQuery(token));
