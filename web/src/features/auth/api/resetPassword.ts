import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { post } from '@/lib/api/client';
import { hasSessionHint, setPersonHere } from '@/lib/session/hint';
import { dropSession } from '@/lib/session/session';

interface Reset {
  token: string;
  password: string;
  revoke_api_keys: boolean;
}

export const resetPassword = (reset: Reset) => post('/auth/password/reset', { body: reset });

/** A new password ends every session of its account, which may be the one that is open here. */
async function lookAtSession(client: QueryClient): Promise<void> {
  if (!hasSessionHint()) return;
  setPersonHere(null); /* nobody need sign in again over this page */
  const me = await client.fetchQuery({ ...meQuery, staleTime: 0, retry: false }).catch(() => undefined);
  if (me === null) dropSession(client);
}

export function useResetPassword() {
  const client = useQueryClient();
  return useMutation({ mutationFn: resetPassword, onSuccess: () => lookAtSession(client) });
}
