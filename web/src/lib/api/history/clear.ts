import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { historyQuery } from './list';

export function useClearHistory() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => del('/history'),
    onSuccess: () => client.invalidateQueries({ queryKey: historyQuery.queryKey }),
  });
}
