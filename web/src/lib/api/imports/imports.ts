import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { del, get, post } from '@/lib/api/client';
import type { LibraryImport } from '@/lib/api/schema';

export const isUnderWay = ({ state }: LibraryImport) => state === 'queued' || state === 'running';

/** What one took over from other servers; asks again while one is under way. */
export const importsQuery = queryOptions({
  queryKey: ['imports'],
  queryFn: ({ signal }) => get('/imports', { query: { limit: 20 }, signal }),
  refetchInterval: (query) => (query.state.data?.items.some(isUnderWay) ? 2000 : false),
});

export const useImports = () => useQuery(importsQuery);

export const useImportMissing = (id: string) =>
  useQuery({ queryKey: ['imports', id, 'missing'], queryFn: ({ signal }) => get('/imports/{id}/missing', { path: { id }, query: { limit: 100 }, signal }) });

export function useBeginImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Body<'post', '/imports/subsonic'>) => post('/imports/subsonic', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: importsQuery.queryKey, exact: true }),
  });
}

export function useEndImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => del('/imports/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: importsQuery.queryKey, exact: true }),
  });
}
