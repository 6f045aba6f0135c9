import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { passkeysQuery } from './list';

export const removePasskey = (id: string) => del<void>(`/auth/passkeys/${id}`);

export function useRemovePasskey() {
  const client = useQueryClient();
  return useMutation({ mutationFn: removePasskey, onSuccess: () => client.invalidateQueries({ queryKey: passkeysQuery.queryKey }) });
}
