import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post, put } from '@/lib/api/client';
import { tellProblem } from '@/lib/toast/problem';
import { invalidateConversations, takeMark } from './cache';

interface Mark {
  seq: number;
  /** This message and all after it are unread. */
  unread?: boolean;
}

const setMark = (id: string, { seq, unread }: Mark) => put('/conversations/{id}/read', { path: { id }, body: { seq, ...(unread && { unread }) } });

/** Says up to where one has read. That it failed is not told: the next mark makes up for it. */
export function useMarkRead(id: string) {
  const client = useQueryClient();
  return useMutation({ mutationFn: (seq: number) => setMark(id, { seq }), scope: { id: `chat read ${id}` }, onSuccess: (mark) => takeMark(client, mark) });
}

export function useMarkUnread(id: string) {
  const client = useQueryClient();
  return useMutation({ mutationFn: (seq: number) => setMark(id, { seq, unread: true }), scope: { id: `chat read ${id}` }, onSuccess: (mark) => takeMark(client, mark), onError: tellProblem });
}

/** In all conversations. */
export function useMarkAllRead() {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => post('/conversations/read'), onError: tellProblem, onSettled: () => invalidateConversations(client) });
}
