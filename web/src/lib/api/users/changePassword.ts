import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import type { PasswordChange } from '@/lib/api/types';

export const changePassword = (change: PasswordChange) => put('/users/me/password', { body: change });

/** Ends all other sessions, too. */
export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: changePassword,
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ['sessions'] }), client.invalidateQueries({ queryKey: ['api-keys'] })]),
  });
}
