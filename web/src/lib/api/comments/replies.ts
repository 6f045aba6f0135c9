import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';
import type { TrackComment } from '@/lib/api/schema';
import { invalidateComments } from './cache';

const listReplies = (id: string, cursor: string | undefined, signal: AbortSignal) => get('/comments/{id}/replies', { path: { id }, query: { cursor }, signal });

/** Under the key of the track's comments, so that a change to one reaches it wherever it is listed. */
export const useReplies = ({ id, track_id }: TrackComment) =>
  useInfiniteQuery({ ...endlessQuery(['comments', track_id, 'replies', id], (cursor, signal) => listReplies(id, cursor, signal)), staleTime: 0 });

export function useReply() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ to, content }: { to: TrackComment; content: string }) => post('/tracks/{id}/comments', { path: { id: to.track_id }, body: { content, parent_id: to.id } }),
    onSuccess: ({ track_id }) => invalidateComments(client, track_id),
  });
}
