import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

export const endOtherSessions = () => post('/sessions/logout-others');

export function useEndOtherSessions() {
  const client = useQueryClient();
  return useMutation({ mutationFn: endOtherSessions, onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }) });
}
