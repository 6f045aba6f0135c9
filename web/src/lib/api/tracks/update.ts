import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { put } from '@/lib/api/client';
import { invalidateTracks, patchTrack } from './cache';

export type TrackChanges = Body<'put', '/tracks/{id}'>;

export const updateTrack = (id: string, changes: TrackChanges) => put('/tracks/{id}', { path: { id }, body: changes });

/** Shows the change at once and takes it back when the server refuses. */
export function useUpdateTrack() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: TrackChanges }) => updateTrack(id, changes),
    onMutate: async ({ id, changes }) => {
      await client.cancelQueries({ queryKey: ['tracks'] });
      patchTrack(client, id, changes);
    },
    onSuccess: (track) => patchTrack(client, track.id, track),
    onError: () => void invalidateTracks(client),
  });
}
