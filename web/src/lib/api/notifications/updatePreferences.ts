import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import type { NotificationPreferences } from '@/lib/api/schema';
import { preferencesQuery } from './preferences';

export const updatePreferences = (changes: Partial<NotificationPreferences>) => put('/notifications/preferences', { body: changes });

/** Shows the change at once and takes it back when the server refuses. */
export function useUpdatePreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: updatePreferences,
    scope: { id: 'notification-preferences' },
    onMutate: async (changes) => {
      await client.cancelQueries({ queryKey: preferencesQuery.queryKey });
      const before = client.getQueryData(preferencesQuery.queryKey);
      client.setQueryData(preferencesQuery.queryKey, (preferences) => preferences && { ...preferences, ...changes });
      return { before };
    },
    onError: (_error, _changes, context) => client.setQueryData(preferencesQuery.queryKey, context?.before),
    onSettled: () => client.invalidateQueries({ queryKey: preferencesQuery.queryKey }),
  });
}
