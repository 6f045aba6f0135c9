import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** People whose user name or display name has all words of `q`; accents and case do not matter. */
export const searchPeople = (q: string, limit: number, signal?: AbortSignal) =>
  get('/users/search', { query: { q, limit }, signal });

export const peopleQuery = (q: string, limit: number) =>
  queryOptions({
    queryKey: ['users', 'search', q, limit],
    queryFn: ({ signal }) => searchPeople(q, limit, signal),
    placeholderData: keepPreviousData,
  });
