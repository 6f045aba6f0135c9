import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { dropTrack, invalidateTracks } from './cache';

export const removeTrack = (id: string) => del('/tracks/{id}', { path: { id } });

export function useRemoveTrack() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: removeTrack,
    onMutate: async (id) => {
      await client.cancelQueries({ queryKey: ['tracks'] });
      dropTrack(client, id);
    },
    onSuccess: (_nothing, id) => client.removeQueries({ queryKey: ['tracks', 'one', id] }),
    onError: () => void invalidateTracks(client),
  });
}
