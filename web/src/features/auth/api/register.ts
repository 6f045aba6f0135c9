import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { deviceTimeZone } from '@/lib/format/timeZone';
import { startSession } from '@/lib/session/session';

type NewAccount = Body<'post', '/auth/register'>;

/** Sends the time zone too: mails give times in it. */
export const register = (account: NewAccount) => post('/auth/register', { body: { timezone: deviceTimeZone(), ...account } });

export function useRegister() {
  const client = useQueryClient();
  return useMutation({ mutationFn: register, onSuccess: (session) => startSession(client, session) });
}
