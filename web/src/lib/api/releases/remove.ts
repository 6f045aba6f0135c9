import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { invalidateRelease } from './cache';

export function useRemoveRelease() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (id: string) => del('/releases/{id}', { path: { id } }), onSuccess: () => void invalidateRelease(client) });
}
