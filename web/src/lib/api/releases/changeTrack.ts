import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { put } from '@/lib/api/client';
import { invalidateRelease } from './cache';

export function useChangeTrack(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ trackId, changes }: { trackId: string; changes: Body<'put', '/releases/{id}/tracks/{track_id}'> }) =>
      put('/releases/{id}/tracks/{track_id}', { path: { id, track_id: trackId }, body: changes }),
    onSuccess: () => void invalidateRelease(client, id),
  });
}
