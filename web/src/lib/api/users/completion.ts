import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getCompletion = (id: string, signal?: AbortSignal) => get('/users/{id}/completion', { path: { id }, signal });

/** How much of one's own profile is filled in. */
export const completionQuery = (id: string) =>
  queryOptions({ queryKey: ['users', 'completion', id], queryFn: ({ signal }) => getCompletion(id, signal) });

export const useCompletion = (id: string) => useQuery(completionQuery(id));
