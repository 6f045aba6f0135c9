import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { isUnfinished } from './list';

export const getTrack = (id: string, signal?: AbortSignal) => get('/tracks/{id}', { path: { id }, signal });

export const trackQuery = (id: string) =>
  queryOptions({
    queryKey: ['tracks', 'one', id],
    queryFn: ({ signal }) => getTrack(id, signal),
    refetchInterval: (query) => (query.state.data && isUnfinished(query.state.data) ? 3000 : false),
  });

export const useTrack = (id: string, enabled = true) => useQuery({ ...trackQuery(id), enabled });
