import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import type { PasswordChange } from '@/lib/api/types';

export const changePassword = (change: PasswordChange) => put<void>('/users/me/password', change);

/** Ends all other sessions, too. */
export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: changePassword,
    onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
}
