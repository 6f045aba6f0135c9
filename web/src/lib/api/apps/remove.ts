import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { appPasswordsQuery } from './list';

export const removeAppPassword = (id: string) => del('/app-passwords/{id}', { path: { id } });

export function useRemoveAppPassword() {
  const client = useQueryClient();
  return useMutation({ mutationFn: removeAppPassword, onSuccess: () => client.invalidateQueries({ queryKey: appPasswordsQuery.queryKey }) });
}
