import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { ApiKeyWish } from '@/lib/api/types';
import { apiKeysQuery } from './list';

/** The reply has the key itself, this once. */
export const createApiKey = (wish: ApiKeyWish) => post('/developer/api-keys', { body: wish });

export function useCreateApiKey() {
  const client = useQueryClient();
  return useMutation({ mutationFn: createApiKey, onSuccess: () => client.invalidateQueries({ queryKey: apiKeysQuery.queryKey }) });
}
