import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { del, get, post } from '@/lib/api/client';

/** Private feeds, without their tokens; fifty at most. */
export const privateFeedsQuery = queryOptions({ queryKey: ['feeds'], queryFn: ({ signal }) => get('/feeds', { query: { limit: 100 }, signal }) });

export const usePrivateFeeds = () => useQuery(privateFeedsQuery);

/** The reply has the address, this once. */
export function useMakePrivateFeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Body<'post', '/feeds'>) => post('/feeds', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: privateFeedsQuery.queryKey }),
  });
}

export function useRemovePrivateFeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => del('/feeds/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: privateFeedsQuery.queryKey }),
  });
}
