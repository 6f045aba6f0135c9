import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { NewAccount, Session } from '@/lib/api/types';
import { startSession } from '@/lib/session/session';

/** Mails tell times where the person is. */
const timezone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const register = (account: NewAccount) => post<Session>('/auth/register', { timezone: timezone(), ...account });

export function useRegister() {
  const client = useQueryClient();
  return useMutation({ mutationFn: register, onSuccess: (session) => startSession(client, session) });
}
