import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { DataExport } from '@/lib/api/types';
import { exportsQuery } from './list';

export const startExport = () => post<DataExport>('/users/me/export');

export function useStartExport() {
  const client = useQueryClient();
  return useMutation({ mutationFn: startExport, onSettled: () => client.invalidateQueries({ queryKey: exportsQuery.queryKey }) });
}
