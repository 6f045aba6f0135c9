import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { downloadsQuery } from './list';

export function useMakeDownload(id: string, share: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (format: 'flac' | 'lossy') => post('/tracks/{id}/downloads/{format}', { path: { id, format }, query: { share } }),
    onSettled: () => client.invalidateQueries({ queryKey: downloadsQuery(id, share).queryKey }),
  });
}
