import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** Peaks as signed 8-bit pairs [min, max, min, max…]. The description calls the file an object and no more. */
export interface WaveformData {
  version: number;
  channels: number;
  sample_rate: number;
  samples_per_pixel: number;
  bits: number;
  length: number;
  data: number[];
}

export type Resolution = 'overview' | 'detail';

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
