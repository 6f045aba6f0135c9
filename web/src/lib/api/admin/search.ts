import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/lib/api/client';

const stateQuery = queryOptions({ queryKey: ['admin', 'search'], queryFn: ({ signal }) => get('/admin/search', { signal }) });

const isUnderWay = (state: string) => state === 'queued' || state === 'running';

/** What finds, how much it knows, and how far a new index is: asked again each second while one is made, else each quarter of a minute. */
export const useSearchIndex = () => useQuery({ ...stateQuery, refetchInterval: (query) => (isUnderWay(query.state.data?.reindex_state ?? '') ? 1000 : 15_000) });

export function useReindex() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post('/admin/search/reindex'),
    onSettled: () => client.invalidateQueries({ queryKey: stateQuery.queryKey }),
  });
}
