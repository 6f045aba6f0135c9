import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { endSession } from '@/lib/session/session';

export const endAllSessions = () => post('/sessions/logout-all');

/** Signs out everywhere, here too. */
export function useEndAllSessions() {
  return useMutation({ mutationFn: endAllSessions, onSuccess: () => endSession() });
}
