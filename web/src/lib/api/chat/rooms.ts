/* What members do about a room as a whole. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { del, post, put } from '@/lib/api/client';
import type { Conversation } from '@/lib/api/schema';
import { tellProblem } from '@/lib/toast/problem';
import { invalidateConversations } from './cache';
import { conversationQuery } from './conversations';

/** A change that answers with the room as it is now. */
function useRoomChange<T>(change: (input: T) => Promise<Conversation>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (room) => {
      client.setQueryData(conversationQuery(room.id).queryKey, room);
      invalidateConversations(client);
    },
  });
}

export const useJoinRoom = () => useRoomChange((id: string) => post('/conversations/{id}/join', { path: { id } }));

export const useUpdateRoom = (id: string) => useRoomChange((body: Body<'put', '/conversations/{id}'>) => put('/conversations/{id}', { path: { id }, body }));

export type Level = NonNullable<Conversation['level']>;

export function useLevel(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (level: Level) => put('/conversations/{id}/level', { path: { id }, body: { level } }),
    onSuccess: (room) => {
      client.setQueryData(conversationQuery(id).queryKey, room);
      invalidateConversations(client);
    },
    onError: tellProblem,
  });
}

/** Of conversations that one leaves, and for so long after. */
const left = new Set<string>();
const LEFT_MS = 3000;

/** What the server tells of the conversation that one leaves is no reason to ask for it. */
export const isLeftRoom = (id: string) => left.has(id);

function useLeaving(leave: (id: string) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => {
      left.add(id);
      try {
        await leave(id);
        setTimeout(() => left.delete(id), LEFT_MS);
      } catch (error) {
        left.delete(id);
        throw error;
      }
    },
    onSuccess: (_nothing, id) => {
      invalidateConversations(client);
      void client.invalidateQueries({ queryKey: conversationQuery(id).queryKey, refetchType: 'none' });
    },
    onError: tellProblem,
  });
}

export const useLeaveRoom = () => useLeaving((id) => post('/conversations/{id}/leave', { path: { id } }));

/** For everybody; of a direct conversation all that one wrote. */
export const useDeleteRoom = () => useLeaving((id) => del('/conversations/{id}', { path: { id } }));
