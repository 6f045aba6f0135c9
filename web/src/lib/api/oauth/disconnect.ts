import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { connectionsQuery } from './connections';

export const disconnect = (id: string) => del('/auth/oauth/connections/{id}', { path: { id } });

export function useDisconnect() {
  const client = useQueryClient();
  return useMutation({ mutationFn: disconnect, onSuccess: () => client.invalidateQueries({ queryKey: connectionsQuery.queryKey }) });
}
