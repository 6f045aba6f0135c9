import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { sharesQuery } from './list';

export function useRevokeShare(track: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => del('/tracks/share/{id}', { path: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: sharesQuery(track).queryKey }),
  });
}
