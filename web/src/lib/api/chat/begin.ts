import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { invalidateConversations } from './cache';
import { conversationQuery } from './conversations';

export type NewConversation = Body<'post', '/conversations'>;

/** Begins a conversation; of a direct one that is there already, that one. */
export function useBeginConversation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewConversation) => post('/conversations', { body }),
    onSuccess: (conversation) => {
      client.setQueryData(conversationQuery(conversation.id).queryKey, conversation);
      invalidateConversations(client);
    },
  });
}
