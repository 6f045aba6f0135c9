import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del, post } from '@/lib/api/client';
import { patchPlaylist } from './cache';
import { followedQuery } from './followed';
import { playlistQuery } from './get';

export const setFollowing = (id: string, on: boolean) => (on ? post('/playlists/{id}/follow', { path: { id } }) : del('/playlists/{id}/follow', { path: { id } }));

/** Shown at once, and put back when the server refuses. */
export function useFollowPlaylist() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, on }: { id: string; on: boolean }) => setFollowing(id, on),
    onMutate: async ({ id, on }) => {
      await client.cancelQueries({ queryKey: playlistQuery(id).queryKey }); /* what was asked for before does not put it back */
      patchPlaylist(client, id, () => ({ is_following: on }));
    },
    onError: (_error, { id, on }) => patchPlaylist(client, id, () => ({ is_following: !on })),
    onSettled: (_done, _error, { id }) =>
      Promise.all([client.invalidateQueries({ queryKey: playlistQuery(id).queryKey }), client.invalidateQueries({ queryKey: followedQuery.queryKey })]),
  });
}
