import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { put } from '@/lib/api/client';

type PasswordChange = Body<'put', '/users/me/password'>;

export const changePassword = (change: PasswordChange) => put('/users/me/password', { body: change });

/** Ends all other sessions, too. */
export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: changePassword,
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ['sessions'] }), client.invalidateQueries({ queryKey: ['api-keys'] })]),
  });
}
