import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** People whom one might want to follow. For members. */
export const suggestPeople = (limit: number, signal?: AbortSignal) => get('/users/suggestions', { query: { limit }, signal });

export const suggestionsQuery = (limit: number) =>
  queryOptions({ queryKey: ['users', 'suggestions', limit], queryFn: ({ signal }) => suggestPeople(limit, signal), staleTime: 5 * 60_000 });
