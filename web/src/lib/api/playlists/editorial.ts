/* Playlists that the editors chose. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { get, put } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';
import { playlistQuery } from './get';

/** The latest chosen first. */
export const editorialQuery = endlessQuery(['playlists', 'editorial'], (cursor, signal) => get('/discover/playlists/editorial', { query: { cursor, limit: 6 }, signal }));

export const setEditorial = (id: string, is_editorial: boolean) => put('/playlists/{id}/editorial', { path: { id }, body: { is_editorial } });

export function useSetEditorial(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (on: boolean) => setEditorial(id, on),
    onSettled: () => Promise.all([playlistQuery(id).queryKey, editorialQuery.queryKey].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
