import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { linksQuery } from './list';

export function useRevokeLink(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (link: string) => del('/playlists/{id}/share/{share_id}', { path: { id, share_id: link } }),
    onSettled: () => client.invalidateQueries({ queryKey: linksQuery(id).queryKey }),
  });
}
