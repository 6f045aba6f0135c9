import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { Credentials, Session } from '@/lib/api/types';
import { startSession } from '@/lib/session/session';

export const login = (credentials: Credentials) => post<Session>('/auth/login', credentials);

export function useLogin() {
  const client = useQueryClient();
  return useMutation({ mutationFn: login, onSuccess: (session) => startSession(client, session) });
}
