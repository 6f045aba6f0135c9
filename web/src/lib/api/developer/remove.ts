import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { apiKeysQuery } from './list';

export const removeApiKey = (id: string) => del('/developer/api-keys/{id}', { path: { id } });

export function useRemoveApiKey() {
  const client = useQueryClient();
  return useMutation({ mutationFn: removeApiKey, onSuccess: () => client.invalidateQueries({ queryKey: apiKeysQuery.queryKey }) });
}
