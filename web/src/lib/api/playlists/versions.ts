/* What was changed in a playlist, by whom, and how it was before. */

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';
import { invalidatePlaylist } from './cache';

const versionsQuery = (id: string) =>
  endlessQuery(['playlists', 'versions', id], (cursor, signal) => get('/playlists/{id}/versions', { path: { id }, query: { cursor, limit: 50 }, signal }));

/** Newest first, read anew whenever it is shown. */
export const useVersions = (id: string) => useInfiniteQuery({ ...versionsQuery(id), staleTime: 0 });

export const restoreVersion = (id: string, versionId: string) => post('/playlists/{id}/versions/{versionId}/restore', { path: { id, versionId } });

export function useRestoreVersion(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (versionId: string) => restoreVersion(id, versionId),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: versionsQuery(id).queryKey }), invalidatePlaylist(client, id)]),
  });
}
