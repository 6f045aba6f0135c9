import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/lib/api/client';
import { invalidateTracks } from './cache';

export const listRemovedTracks = (page: number, limit: number, signal?: AbortSignal) =>
  get('/tracks/removed', { query: { page, limit }, signal });

export const removedTracksQuery = (page: number, limit: number) =>
  queryOptions({ queryKey: ['tracks', 'removed', page, limit], queryFn: ({ signal }) => listRemovedTracks(page, limit, signal), placeholderData: keepPreviousData });

/** What administrators deleted and can still restore. */
export const useRemovedTracks = (page: number, limit: number) => useQuery(removedTracksQuery(page, limit));

export const restoreTrack = (id: string) => post('/tracks/{id}/restore', { path: { id } });

export function useRestoreTrack() {
  const client = useQueryClient();
  return useMutation({ mutationFn: restoreTrack, onSettled: () => invalidateTracks(client) });
}
