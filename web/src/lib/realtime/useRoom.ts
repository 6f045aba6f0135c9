/* What happens in a conversation that is open, put into what is loaded of it. */

import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { invalidateConversations, patchConversation, patchMessage } from '@/lib/api/chat/cache';
import { conversationQuery } from '@/lib/api/chat/conversations';
import { isLeftRoom } from '@/lib/api/chat/rooms';
import type { ChatMessage } from '@/lib/api/schema';
import { dropOutgoing } from '@/lib/chat/outbox';
import { DELETED, windowKey, withMessage, withReaction, type MessageWindow } from '@/lib/chat/window';
import type { TopicMessage, Typing } from './client';
import { useTopic } from './useRealtime';

/** Puts a message behind the others; where one is missing, the part is read anew. */
export function putMessage(client: QueryClient, message: ChatMessage): void {
  const key = windowKey(message.room_id);
  const window = client.getQueryData<MessageWindow>(key);
  const now = window && withMessage(window, message);
  if (now) client.setQueryData<MessageWindow>(key, now);
  else if (window) void client.invalidateQueries({ queryKey: key });
  patchConversation(client, message.room_id, ({ last_seq }) => ({ last_seq: Math.max(last_seq, message.seq) }));
}

interface RoomListener {
  onNew: (message: ChatMessage) => void;
  onTyping: (typing: Typing) => void;
}

function takeOne(client: QueryClient, id: string, me: string, message: TopicMessage, { onNew }: RoomListener): void {
  switch (message.type) {
    case 'chat.message':
      putMessage(client, message.message);
      dropOutgoing(message.message.client_id);
      onNew(message.message);
      invalidateConversations(client);
      return;
    case 'chat.edited':
      patchMessage(client, id, message.message_id, () => ({ content: message.content, is_edited: true, edited_at: message.edited_at, mentions: message.mentions }));
      return;
    case 'chat.deleted':
      patchMessage(client, id, message.message_id, () => DELETED);
      invalidateConversations(client);
      return;
    case 'chat.reaction':
      patchMessage(client, id, message.message_id, ({ reactions }) => ({
        reactions: withReaction(reactions, message.emoji, message.count, message.user_id === me ? message.added : null),
      }));
      return;
    case 'chat.pinned':
      patchMessage(client, id, message.message_id, () => ({ is_pinned: message.is_pinned }));
      void client.invalidateQueries({ queryKey: ['chat', 'pins', id] });
      return;
    case 'chat.room':
    case 'chat.member':
      if (isLeftRoom(id)) return;
      void client.invalidateQueries({ queryKey: conversationQuery(id).queryKey });
      void client.invalidateQueries({ queryKey: ['chat', 'members', id] });
      invalidateConversations(client);
      return;
    default: // sent on other topics
  }
}

/** `listener` must stay the same from one rendering to the next. */
export function useRoom(id: string, me: string, listener: RoomListener): void {
  const client = useQueryClient();
  const all = useMemo(
    () => ({
      onMessage: (message: TopicMessage) => takeOne(client, id, me, message, listener),
      onTyping: listener.onTyping,
      reload: () => {
        if (isLeftRoom(id)) return;
        void client.invalidateQueries({ queryKey: windowKey(id) });
        void client.invalidateQueries({ queryKey: conversationQuery(id).queryKey });
      },
    }),
    [client, id, me, listener],
  );
  useTopic(`room:${id}`, all);
}

/** Of a conversation that is so large that the server does not tell each member: whoever lists it hears of its messages here. */
export function useLargeRoom(id: string): void {
  const client = useQueryClient();
  const listener = useMemo(() => {
    const reload = () => invalidateConversations(client);
    return { onMessage: ({ type }: TopicMessage) => void (type === 'chat.message' && reload()), reload: () => undefined };
  }, [client]);
  useTopic(`room:${id}`, listener);
}
