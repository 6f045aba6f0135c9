import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { TrackStatus } from '@/lib/api/schema';

export const getProgress = (id: string, signal?: AbortSignal) => get('/tracks/{id}/status', { path: { id }, signal });

const isOver = (progress: TrackStatus | undefined) => progress?.status === 'completed' || progress?.status === 'failed';

/** How far processing has come; asked every second until it is over, and less often for one that waits: many may wait at once. */
export const progressQuery = (id: string) =>
  queryOptions({
    queryKey: ['tracks', 'progress', id],
    queryFn: ({ signal }) => getProgress(id, signal),
    staleTime: 0,
    refetchInterval: ({ state: { data, status } }) => (isOver(data) ? false : status === 'error' || data?.stage === 'queued' ? 5000 : 1000),
  });

export const useProgress = (id: string) => useQuery(progressQuery(id));
