import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** Tags that begin so, the most used first. */
export const tagsQuery = (q: string) =>
  queryOptions({
    queryKey: ['tags', q],
    queryFn: async ({ signal }) => (await get('/tags/suggest', { query: { q, limit: 8 }, signal })).items.map(({ name }) => name),
    enabled: q !== '',
    staleTime: 60_000,
  });
