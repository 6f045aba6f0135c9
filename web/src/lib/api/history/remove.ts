import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { historyQuery } from './list';

/** Takes a listening out of the list at once, and puts it back when the server refuses. */
export function useRemoveListening() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => del('/history/{id}', { path: { id } }),
    onMutate: async (id) => {
      await client.cancelQueries({ queryKey: historyQuery.queryKey });
      const before = client.getQueryData(historyQuery.queryKey);
      client.setQueryData(historyQuery.queryKey, (list) => list && { ...list, pages: list.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })) });
      return { before };
    },
    onError: (_error, _id, context) => client.setQueryData(historyQuery.queryKey, context?.before),
    onSettled: () => client.invalidateQueries({ queryKey: historyQuery.queryKey }),
  });
}
