import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { toldServer } from '@/lib/push/memory';
import { endSession } from '@/lib/session/session';

/** Push messages to this browser end with the session. */
export async function logout(): Promise<void> {
  if (toldServer()) await import('@/lib/push/device').then(({ switchPushOff }) => switchPushOff()).catch(() => undefined);
  await post<void>('/auth/logout');
}

/** Marks the signing out, so that others know it is under way. */
export const logoutKey = ['logout'];

/** Signs out here even when the server cannot be told. */
export function useLogout() {
  const client = useQueryClient();
  return useMutation({ mutationKey: logoutKey, mutationFn: logout, onSettled: () => endSession(client) });
}
