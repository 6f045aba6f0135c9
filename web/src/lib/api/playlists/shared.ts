/* A playlist by a link. Each reading of it counts as one opening of the link, so it is read once a visit. */

import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

const sharedQuery = (token: string) =>
  queryOptions({
    queryKey: ['playlists', 'shared', token],
    queryFn: ({ signal }) => get('/playlists/shared/{token}', { path: { token }, signal }),
    staleTime: Infinity,
  });

const sharedItemsQuery = (token: string) =>
  endlessQuery(['playlists', 'items', 'shared', token], (cursor, signal) => get('/playlists/shared/{token}/tracks', { path: { token }, query: { cursor, limit: 100 }, signal }));

export const useShared = (token: string) => useQuery(sharedQuery(token));

export const useSharedItems = (token: string) => useInfiniteQuery(sharedItemsQuery(token));
