import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { WaveformData } from '@/lib/api/types';

export type Resolution = 'overview' | 'detail';

/** The description calls the file an object and no more. */
export const getWaveform = async (id: string, resolution: Resolution, signal?: AbortSignal) =>
  (await get('/tracks/{id}/waveform', { path: { id }, query: { resolution }, signal })) as unknown as WaveformData;

/** Peaks never change once a track is ready. */
export const waveformQuery = (id: string, resolution: Resolution = 'overview') =>
  queryOptions({
    queryKey: ['waveform', id, resolution],
    queryFn: ({ signal }) => getWaveform(id, resolution, signal),
    staleTime: Infinity,
    gcTime: 30 * 60_000,
  });

export const useWaveform = (id: string, enabled: boolean) => useQuery({ ...waveformQuery(id), enabled });
