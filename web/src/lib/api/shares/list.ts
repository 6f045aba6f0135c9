import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const sharesQuery = (id: string) => queryOptions({ queryKey: ['shares', id], queryFn: ({ signal }) => get('/tracks/{id}/shares', { path: { id }, query: { limit: 50 }, signal }) });

export const useShares = (id: string) => useQuery(sharesQuery(id));
