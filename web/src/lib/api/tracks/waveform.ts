import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { WaveformData } from '@/lib/api/types';

export type Resolution = 'overview' | 'detail';

export const getWaveform = (id: string, resolution: Resolution, signal?: AbortSignal) =>
  get<WaveformData>(`/tracks/${id}/waveform`, { query: { resolution }, signal });

/** Peaks never change once a track is ready. */
export const waveformQuery = (id: string, resolution: Resolution = 'overview') =>
  queryOptions({
    queryKey: ['waveform', id, resolution],
    queryFn: ({ signal }) => getWaveform(id, resolution, signal),
    staleTime: Infinity,
    gcTime: 30 * 60_000,
  });

export const useWaveform = (id: string, enabled: boolean) => useQuery({ ...waveformQuery(id), enabled });
