import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { invalidateRelease } from './cache';

export const addTracks = (id: string, body: Body<'post', '/releases/{id}/tracks'>) => post('/releases/{id}/tracks', { path: { id }, body });

export function useAddTracks(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Body<'post', '/releases/{id}/tracks'>) => addTracks(id, body),
    onSettled: () => void invalidateRelease(client, id),
  });
}
