import { useMutation } from '@tanstack/react-query';
import { endAlone } from '@/lib/api/alone';
import { post } from '@/lib/api/client';
import { endSession } from '@/lib/session/session';

export const endAllSessions = () => endAlone(() => post('/sessions/logout-all', { alone: true }));

/** Signs out everywhere, here too. */
export function useEndAllSessions() {
  return useMutation({ mutationFn: endAllSessions, onSuccess: () => endSession() });
}
