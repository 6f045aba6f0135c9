import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { invalidateRelease, keepRelease } from './cache';

export type NewRelease = Body<'post', '/releases'>;

export function useCreateRelease() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewRelease) => post('/releases', { body }),
    onSuccess: (release) => {
      keepRelease(client, release);
      void invalidateRelease(client);
    },
  });
}
