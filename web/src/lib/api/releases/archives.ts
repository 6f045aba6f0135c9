import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/lib/api/client';
import type { ReleaseArchive } from '@/lib/api/schema';

/** The formats in which one may download a release; asks again while the files of one of them are being made. */
const archivesQuery = (id: string) =>
  queryOptions({
    queryKey: ['archives', id],
    queryFn: ({ signal }) => get('/releases/{id}/archives', { path: { id }, signal }),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === 'making') ? 1000 : false),
  });

export const useArchives = (id: string) => useQuery(archivesQuery(id));

export function useMakeArchive(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (format: ReleaseArchive['format']) => post('/releases/{id}/archives/{format}', { path: { id, format } }),
    onSettled: () => client.invalidateQueries({ queryKey: archivesQuery(id).queryKey }),
  });
}
