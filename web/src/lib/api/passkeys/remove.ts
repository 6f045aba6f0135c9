import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { passkeysQuery } from './list';

export const removePasskey = (id: string) => del('/auth/passkeys/{id}', { path: { id } });

export function useRemovePasskey() {
  const client = useQueryClient();
  return useMutation({ mutationFn: removePasskey, onSuccess: () => client.invalidateQueries({ queryKey: passkeysQuery.queryKey }) });
}
