import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { apiKeysQuery } from './list';

type ApiKeyWish = Body<'post', '/developer/api-keys'>;

/** The reply has the key itself, this once. */
export const createApiKey = (wish: ApiKeyWish) => post('/developer/api-keys', { body: wish });

export function useCreateApiKey() {
  const client = useQueryClient();
  return useMutation({ mutationFn: createApiKey, onSuccess: () => client.invalidateQueries({ queryKey: apiKeysQuery.queryKey }) });
}
