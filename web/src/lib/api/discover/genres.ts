import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { DiscoverGenre } from '@/lib/api/schema';

/** The whole tree: a few pages of a hundred. */
async function listAll(signal?: AbortSignal): Promise<DiscoverGenre[]> {
  const all: DiscoverGenre[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: DiscoverGenre[]; next: string | null } = await get('/discover/genres', { query: { limit: 100, ...(cursor && { cursor }) }, signal });
    all.push(...page.items);
    cursor = page.next;
  } while (cursor && all.length < 1000);
  return all;
}

export const genreTreeQuery = queryOptions({ queryKey: ['discover', 'genres'], queryFn: ({ signal }) => listAll(signal), staleTime: 60_000 });
