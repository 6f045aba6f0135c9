import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { invalidateRelease, keepRelease } from './cache';

/** A private release of these tracks, as the tags in their files say it. */
export function useDraftRelease() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (track_ids: string[]) => post('/releases/draft', { body: { track_ids } }),
    onSuccess: (release) => {
      keepRelease(client, release);
      void invalidateRelease(client);
    },
  });
}
