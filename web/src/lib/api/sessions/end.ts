import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import type { Session } from '@/lib/api/schema';
import type { List } from '@/lib/api/endless';

export const endOneSession = (id: string) => del('/sessions/{session_id}', { path: { session_id: id } });

/** The session leaves the list at once; it comes back when the server refuses. */
export function useEndOneSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: endOneSession,
    onMutate: async (id) => {
      await client.cancelQueries({ queryKey: ['sessions'] });
      client.setQueriesData<List<Session>>(
        { queryKey: ['sessions', 'list'] },
        (list) => list && { ...list, items: list.items.filter((s) => s.id !== id), total: list.total && list.total - 1 },
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
}
