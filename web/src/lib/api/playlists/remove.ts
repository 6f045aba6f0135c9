import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { invalidateLists } from './cache';

export const removePlaylist = (id: string) => del('/playlists/{id}', { path: { id } });

/** `forgetPlaylist` is for later, when its page is left: the page would ask for it again. */
export function useRemovePlaylist() {
  const client = useQueryClient();
  return useMutation({ mutationFn: removePlaylist, onSuccess: () => void invalidateLists(client) });
}
