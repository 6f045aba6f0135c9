/* The stems of a track, and who may hear them. Below the key of the track, so that they are read anew together with it. */

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { API, del, get, getBytes, post, put } from '@/lib/api/client';
import type { Stem } from '@/lib/api/schema';
import { trackQuery } from './get';
import type { WaveformData } from './waveform';

export const stemsQuery = (id: string) =>
  queryOptions({
    queryKey: [...trackQuery(id).queryKey, 'stems'],
    queryFn: ({ signal }) => get('/tracks/{id}/stems', { path: { id }, query: { limit: 100 }, signal }),
    refetchInterval: (query) => (query.state.data?.items.some((stem) => stem.state === 'pending') ? 2000 : false),
  });

export const stemWaveformQuery = (id: string, { id: stem_id, run }: Stem) =>
  queryOptions({
    queryKey: ['stem_waveform', stem_id, run],
    queryFn: async ({ signal }) => (await get('/tracks/{id}/stems/{stem_id}/waveform', { path: { id, stem_id }, query: { run: run ?? '' }, signal })) as unknown as WaveformData,
    staleTime: Infinity,
  });

export const stemFileUrl = (id: string, stem: Stem) => `${API}/tracks/${id}/stems/${encodeURIComponent(stem.name)}/download`;

export const getStemSegment = (id: string, { id: stem_id, run }: Stem, number: number, signal: AbortSignal) =>
  getBytes('/tracks/{id}/stems/{stem_id}/segments/{number}', { path: { id, stem_id, number }, query: { run: run ?? '' }, signal });

export const stemGuestsQuery = (id: string) =>
  queryOptions({
    queryKey: [...trackQuery(id).queryKey, 'stem_guests'],
    queryFn: ({ signal }) => get('/tracks/{id}/stem-guests', { path: { id }, query: { limit: 100 }, signal }),
  });

/** A change, after which the track, its stems and its guests are read anew. */
function useChange<T>(id: string, change: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSettled: () => client.invalidateQueries({ queryKey: trackQuery(id).queryKey }) });
}

export const useChangeStem = (id: string) =>
  useChange(id, ({ stem_id, ...body }: { stem_id: string; name: string; offset_samples: number }) => put('/tracks/{id}/stems/{stem_id}', { path: { id, stem_id }, body }));
export const useRemoveStem = (id: string) => useChange(id, (stem_id: string) => del('/tracks/{id}/stems/{stem_id}', { path: { id, stem_id } }));
export const useInviteToStems = (id: string) => useChange(id, (user_id: string) => post('/tracks/{id}/stem-guests', { path: { id }, body: { user_id } }));
export const useUninviteFromStems = (id: string) => useChange(id, (user_id: string) => del('/tracks/{id}/stem-guests/{user_id}', { path: { id, user_id } }));
