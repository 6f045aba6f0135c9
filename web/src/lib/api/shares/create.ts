import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { sharesQuery } from './list';

export function useCreateShare(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Body<'post', '/tracks/{id}/share'>) => post('/tracks/{id}/share', { path: { id }, body }),
    onSettled: () => client.invalidateQueries({ queryKey: sharesQuery(id).queryKey }),
  });
}
