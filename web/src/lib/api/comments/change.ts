import { useMutation, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { put } from '@/lib/api/client';
import type { TrackComment } from '@/lib/api/schema';
import { tellProblem } from '@/lib/toast/problem';
import { toast } from '@/lib/toast/store';
import { dropHeld, HELD, holdComments, invalidateComments, replaceComment } from './cache';

/** Each is shown when the server has agreed. */
export function useEditComment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ comment: { id }, content }: { comment: TrackComment; content: string }) => put('/comments/{id}', { path: { id }, body: { content } }),
    onSuccess: (now) => replaceComment(client, now.track_id, now.id, now),
  });
}

export function useCommentStatus() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ comment: { id }, status }: { comment: TrackComment; status: 'shown' | 'hidden' }) => put('/comments/{id}/status', { path: { id }, body: { status } }),
    onMutate: async ({ comment, status }) => {
      await holdComments(client, comment.track_id);
      await client.cancelQueries({ queryKey: HELD });
      replaceComment(client, comment.track_id, comment.id, { ...comment, status });
      dropHeld(client, comment.id);
    },
    onSuccess: (_now, { status }) => toast(i18next.t(`comments.now_${status}`)),
    onError: tellProblem,
    onSettled: (_now, _error, { comment }) => invalidateComments(client, comment.track_id),
  });
}
