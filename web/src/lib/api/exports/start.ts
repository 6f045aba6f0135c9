import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { exportsQuery } from './list';

export const startExport = () => post('/users/me/export');

export function useStartExport() {
  const client = useQueryClient();
  return useMutation({ mutationFn: startExport, onSettled: () => client.invalidateQueries({ queryKey: exportsQuery.queryKey }) });
}
