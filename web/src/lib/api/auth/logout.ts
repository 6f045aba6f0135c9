import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { endSession } from '@/lib/session/session';

export const logout = () => post<void>('/auth/logout');

/** Signs out here even when the server cannot be told. */
export function useLogout() {
  const client = useQueryClient();
  return useMutation({ mutationFn: logout, onSettled: () => endSession(client) });
}
