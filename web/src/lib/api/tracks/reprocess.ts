import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { invalidateTracks } from './cache';

export const reprocessTrack = (id: string) => post('/tracks/{id}/reprocess', { path: { id } });

export function useReprocessTrack() {
  const client = useQueryClient();
  return useMutation({ mutationFn: reprocessTrack, onSettled: () => invalidateTracks(client) });
}
