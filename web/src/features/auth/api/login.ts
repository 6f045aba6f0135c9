import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { Credentials, LoginReply, MfaChallenge } from '@/lib/api/types';
import { startSession } from '@/lib/session/session';

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
