import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import { linksQuery } from './list';

export function useChangeLink(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ link, expires_at }: { link: string; expires_at: string | null }) => put('/playlists/{id}/share/{share_id}', { path: { id, share_id: link }, body: { expires_at } }),
    onSettled: () => client.invalidateQueries({ queryKey: linksQuery(id).queryKey }),
  });
}
