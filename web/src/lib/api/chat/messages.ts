/* What is done about messages. Each is shown when the server has agreed; the topic of the room tells the others. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { del, patch, post, put } from '@/lib/api/client';
import type { ChatMessage } from '@/lib/api/schema';
import { DELETED, withReaction } from '@/lib/chat/window';
import { tellProblem } from '@/lib/toast/problem';
import { patchMessage } from './cache';

export type NewMessage = Body<'post', '/conversations/{id}/messages'>;

/** Characters (code points) that the server takes. */
export const LONGEST_MESSAGE = 4000;

export const sendMessage = (id: string, body: NewMessage) => post('/conversations/{id}/messages', { path: { id }, body });

const at = ({ room_id, id }: ChatMessage) => ({ path: { id: room_id, messageId: id } });

export function useEditMessage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ message, content }: { message: ChatMessage; content: string }) => patch('/conversations/{id}/messages/{messageId}', { ...at(message), body: { content } }),
    onSuccess: (now) => patchMessage(client, now.room_id, now.id, () => now),
  });
}

export function useDeleteMessage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (message: ChatMessage) => del('/conversations/{id}/messages/{messageId}', at(message)),
    onSuccess: (_nothing, { room_id, id }) => patchMessage(client, room_id, id, () => DELETED),
    onError: tellProblem,
  });
}

/** Shows at once, and is taken back when the server refuses. */
export function useReact() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ message: { room_id: roomId, id: messageId }, emoji, on }: { message: ChatMessage; emoji: string; on: boolean }) =>
      on
        ? post('/chat/rooms/{roomId}/messages/{messageId}/reactions', { path: { roomId, messageId }, body: { emoji } })
        : del('/chat/rooms/{roomId}/messages/{messageId}/reactions', { path: { roomId, messageId }, query: { emoji } }),
    onMutate: ({ message, emoji, on }) =>
      void patchMessage(client, message.room_id, message.id, ({ reactions }) => {
        const known = reactions.find((one) => one.emoji === emoji);
        const changes = (known?.is_mine ?? false) !== on;
        return { reactions: withReaction(reactions, emoji, (known?.count ?? 0) + (changes ? (on ? 1 : -1) : 0), on) };
      }),
    onSuccess: (now) => patchMessage(client, now.room_id, now.id, () => ({ reactions: now.reactions })),
    onError: (error, { message }) => {
      patchMessage(client, message.room_id, message.id, () => ({ reactions: message.reactions }));
      tellProblem(error);
    },
  });
}

export function usePin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ message, on }: { message: ChatMessage; on: boolean }) => 
      on ? put('/conversations/{id}/messages/{messageId}/pin', at(message)) : del('/conversations/{id}/messages/{messageId}/pin', at(message)),
    onSuccess: (_nothing, { message, on }) => {
      patchMessage(client, message.room_id, message.id, () => ({ is_pinned: on }));
      void client.invalidateQueries({ queryKey: ['chat', 'pins', message.room_id] });
    },
    onError: tellProblem,
  });
}
