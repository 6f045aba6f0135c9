import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { trackQuery } from './get';

/** What was measured of the sound. Below the key of the track, so that it is read anew together with it. */
export const analysisQuery = (id: string) =>
  queryOptions({ queryKey: [...trackQuery(id).queryKey, 'analysis'], queryFn: ({ signal }) => get('/tracks/{id}/analysis', { path: { id }, signal }), staleTime: 60_000 });
