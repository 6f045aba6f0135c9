import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { put } from '@/lib/api/client';
import { settingsQuery } from './settings';

type SettingsChanges = Body<'put', '/users/settings'>;

export const updateSettings = (changes: SettingsChanges) => put('/users/settings', { body: changes });

/** Shows the change at once and takes it back when the server refuses. */
export function useUpdateSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: updateSettings,
    scope: { id: 'settings' },
    onMutate: async (changes) => {
      await client.cancelQueries({ queryKey: settingsQuery.queryKey });
      const before = client.getQueryData(settingsQuery.queryKey);
      client.setQueryData(settingsQuery.queryKey, (settings) => settings && { ...settings, ...changes });
      return { before };
    },
    onError: (_error, _changes, context) => client.setQueryData(settingsQuery.queryKey, context?.before),
    onSettled: () => client.invalidateQueries({ queryKey: settingsQuery.queryKey }),
  });
}
