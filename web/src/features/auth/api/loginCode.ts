import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { startSession } from '@/lib/session/session';

interface SecondStep {
  mfa_token: string;
  code: string;
}

export const loginCode = (step: SecondStep) => post('/auth/login/2fa', { body: step });

export function useLoginCode() {
  const client = useQueryClient();
  return useMutation({ mutationFn: loginCode, onSuccess: (session) => startSession(client, session) });
}
