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

/** `share` is the token of a link, for a track that is only seen by it. */
export const getWaveform = async (id: string, resolution: Resolution, signal?: AbortSignal, share: string | null = null) =>
  (await get('/tracks/{id}/waveform', { path: { id }, query: { resolution, share }, signal })) as unknown as WaveformData;

/** Peaks never change once a track is ready. */
export const waveformQuery = (id: string, resolution: Resolution = 'overview', share: string | null = null) =>
  queryOptions({
    queryKey: ['waveform', id, resolution],
    queryFn: ({ signal }) => getWaveform(id, resolution, signal, share),
    staleTime: Infinity,
    gcTime: 30 * 60_000,
  });

/** Of a track whose `waveform_url` may carry the token of a link. */
export const useWaveform = (track: { id: string; waveform_url: string | null }, enabled: boolean) =>
  useQuery({ ...waveformQuery(track.id, 'overview', /[?&]share=([\w-]+)/.exec(track.waveform_url ?? '')?.[1] ?? null), enabled: enabled && track.waveform_url !== null });
