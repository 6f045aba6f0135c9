import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { put } from '@/lib/api/client';
import { invalidateRelease, keepRelease } from './cache';

export type ReleaseChanges = Body<'put', '/releases/{id}'>;

export function useUpdateRelease() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: ReleaseChanges }) => put('/releases/{id}', { path: { id }, body: changes }),
    onSuccess: (release) => {
      keepRelease(client, release);
      void invalidateRelease(client, release.id);
    },
  });
}
