import { useMutation } from '@tanstack/react-query';
import { endAlone } from '@/lib/api/alone';
import { post } from '@/lib/api/client';
import { hasCode } from '@/lib/api/problem';
import { toldServer } from '@/lib/push/memory';
import { endSession } from '@/lib/session/session';

/** Push messages to this browser end with the session. */
export async function logout(): Promise<void> {
  if (toldServer()) await import('@/lib/push/device').then(({ switchPushOff }) => switchPushOff()).catch(() => undefined);
  await endAlone(() =>
    post('/auth/logout', { alone: true }).catch((error: unknown) => {
      if (!hasCode(error, 'unauthenticated', 'token_expired')) throw error; /* it had ended already */
    }),
  );
}

/** Marks the signing out, so that others know it is under way. */
export const logoutKey = ['logout'];

/** Only the server can end a session: the cookies are out of our reach. Where it cannot be told, one stays signed in and is told so. */
export function useLogout() {
  return useMutation({ mutationKey: logoutKey, mutationFn: logout, onSuccess: () => endSession() });
}
