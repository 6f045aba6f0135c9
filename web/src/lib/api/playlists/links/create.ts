import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { linksQuery } from './list';

/** The reply has the token, this once. */
export function useCreateLink(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (expires_at: string | null) => post('/playlists/{id}/share', { path: { id }, body: { expires_at } }),
    onSuccess: () => client.invalidateQueries({ queryKey: linksQuery(id).queryKey }),
  });
}
