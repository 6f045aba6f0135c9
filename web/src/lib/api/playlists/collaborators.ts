/* Who works on a playlist together with its owner. */

import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { del, get, post, put } from '@/lib/api/client';
import type { Collaborator } from '@/lib/api/schema';
import { invalidatePlaylist } from './cache';

export type Permission = Collaborator['permission'];

const collaboratorsQuery = (id: string) =>
  queryOptions({ queryKey: ['playlists', 'collaborators', id], queryFn: ({ signal }) => get('/playlists/{id}/collaborators', { path: { id }, query: { limit: 100 }, signal }) });

export const useCollaborators = (id: string) => useQuery(collaboratorsQuery(id));

/** A change, after which the list and the playlist are read anew. */
function useChange<T>(id: string, change: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: collaboratorsQuery(id).queryKey }), invalidatePlaylist(client, id)]),
  });
}

export const useAddCollaborator = (id: string) =>
  useChange(id, (body: { user_id: string; permission: Permission }) => post('/playlists/{id}/collaborators', { path: { id }, body }));

export const useChangeCollaborator = (id: string) =>
  useChange(id, ({ userId, permission }: { userId: string; permission: Permission }) => put('/playlists/{id}/collaborators/{userId}', { path: { id, userId }, body: { permission } }));

/** Also for oneself: then one leaves. */
export const useRemoveCollaborator = (id: string) => useChange(id, (userId: string) => del('/playlists/{id}/collaborators/{userId}', { path: { id, userId } }));
