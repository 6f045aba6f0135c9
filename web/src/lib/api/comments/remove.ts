import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import type { TrackComment } from '@/lib/api/schema';
import { holdComments, invalidateComments, replaceComment } from './cache';

const removeComment = (id: string) => del('/comments/{id}', { path: { id } });

/** Takes the comment away at once; the list that comes then has it again when the server refused. */
export function useRemoveComment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: TrackComment) => removeComment(id),
    onMutate: async ({ id, track_id }) => {
      await holdComments(client, track_id);
      replaceComment(client, track_id, id, null);
    },
    onSettled: (_nothing, _error, { track_id }) => invalidateComments(client, track_id),
  });
}
