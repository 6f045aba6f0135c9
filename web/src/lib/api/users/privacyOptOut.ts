import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { settingsQuery } from './settings';

export const privacyOptOut = (optOut: boolean) => post('/users/me/privacy/opt-out', { body: { opt_out: optOut } });

/** Records that one's data is not to be sold or shared, or takes that back. */
export function usePrivacyOptOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: privacyOptOut,
    scope: { id: 'settings' },
    onMutate: async (optOut) => {
      await client.cancelQueries({ queryKey: settingsQuery.queryKey });
      const before = client.getQueryData(settingsQuery.queryKey);
      client.setQueryData(settingsQuery.queryKey, (settings) => settings && { ...settings, do_not_sell: optOut });
      return { before };
    },
    onError: (_error, _optOut, context) => client.setQueryData(settingsQuery.queryKey, context?.before),
    onSettled: () => client.invalidateQueries({ queryKey: settingsQuery.queryKey }),
  });
}
