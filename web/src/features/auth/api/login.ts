import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body, Reply } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { startSession } from '@/lib/session/session';

type Credentials = Body<'post', '/auth/login'>;
type LoginReply = Reply<'post', '/auth/login'>;
/** The password was right; a code is still to come. */
export type MfaChallenge = Extract<LoginReply, { mfa_token: string }>;

export const login = (credentials: Credentials) => post('/auth/login', { body: credentials });

/** Whether the reply to a password asks for a code instead of opening a session. */
export const asksForCode = (reply: LoginReply): reply is MfaChallenge => 'mfa_token' in reply;

export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: login,
    onSuccess: (reply) => {
      if (!asksForCode(reply)) startSession(client, reply);
    },
  });
}
