import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, put } from '@/lib/api/client';

export const lyricsQuery = (id: string) =>
  queryOptions({ queryKey: ['lyrics', id], queryFn: ({ signal }) => get('/tracks/{id}/lyrics', { path: { id }, signal }), staleTime: 60_000 });

/** Without a word they are removed. */
export function useSaveLyrics(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (content: string) => put('/tracks/{id}/lyrics', { path: { id }, body: { content } }),
    onSuccess: (lyrics) => client.setQueryData(lyricsQuery(id).queryKey, lyrics),
  });
}
