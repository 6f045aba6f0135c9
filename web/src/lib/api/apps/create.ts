import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { appPasswordsQuery } from './list';

/** The reply has the password itself, this once. */
export const createAppPassword = (wish: Body<'post', '/app-passwords'>) => post('/app-passwords', { body: wish });

export function useCreateAppPassword() {
  const client = useQueryClient();
  return useMutation({ mutationFn: createAppPassword, onSuccess: () => client.invalidateQueries({ queryKey: appPasswordsQuery.queryKey }) });
}
