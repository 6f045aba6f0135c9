import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { API, get, post } from '@/lib/api/client';
import { trackQuery } from './get';

/** The versions of a track, the latest first. Below the key of the track, so that it is read anew together with it. */
export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...trackQuery(id).queryKey, 'versions'],
    queryFn: ({ signal }) => get('/tracks/{id}/versions', { path: { id }, query: { limit: 100 }, signal }),
    refetchInterval: (query) => (query.state.data?.items.some((version) => version.state === 'pending') ? 2000 : false),
  });

export const versionFileUrl = (id: string, version: string) => `${API}/tracks/${id}/versions/${version}/file`;

export function useRestoreVersion(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (version_id: string) => post('/tracks/{id}/versions/{version_id}/restore', { path: { id, version_id } }),
    onSettled: () => client.invalidateQueries({ queryKey: trackQuery(id).queryKey }),
  });
}
