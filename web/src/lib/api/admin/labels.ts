import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { del, get, post, put } from '@/lib/api/client';
import type { DiscoverGenre } from '@/lib/api/schema';

const key = ['admin', 'genres'];

/** All pages of the tree: a few hundred genres. */
async function allGenres(signal: AbortSignal): Promise<DiscoverGenre[]> {
  const all: DiscoverGenre[] = [];
  let cursor: string | undefined;
  do {
    const page = await get('/discover/genres', { query: { limit: 100, cursor }, signal });
    all.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return all;
}

export const useAllGenres = () => useQuery({ queryKey: key, queryFn: ({ signal }) => allGenres(signal) });

function useChange<V, R>(mutationFn: (given: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: key }) });
}

export const useMergeTag = () => useChange((body: Body<'post', '/admin/tags/merge'>) => post('/admin/tags/merge', { body }));
export const useSplitTag = () => useChange((body: Body<'post', '/admin/tags/split'>) => post('/admin/tags/split', { body }));
export const useMergeGenre = () => useChange((body: Body<'post', '/admin/genres/merge'>) => post('/admin/genres/merge', { body }));
export const useMoveGenre = () =>
  useChange(({ genre, parent }: { genre: string; parent: string | null }) => put('/admin/genres/{genre}', { path: { genre }, body: { parent } }));
export const useAddAlias = () => useChange((body: Body<'post', '/admin/genres/aliases'>) => post('/admin/genres/aliases', { body }));
export const useRemoveAlias = () => useChange((name: string) => del('/admin/genres/aliases/{name}', { path: { name } }));
