/* Changes to what is loaded of conversations. */

import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { List } from '@/lib/api/endless';
import type { ChatMark, ChatMessage, Conversation } from '@/lib/api/schema';
import { changeMessage, windowKey, type MessageWindow } from '@/lib/chat/window';
import { conversationQuery, conversationsQuery } from './conversations';
import { chatStatsQuery } from './stats';

/** A burst of messages asks once for the lists, and once more at its end. */
const WAIT_MS = 400;
let waiting: ReturnType<typeof setTimeout> | undefined;
let again = false;

const readLists = (client: QueryClient) =>
  [conversationsQuery.queryKey, chatStatsQuery.queryKey].forEach((queryKey) => void client.invalidateQueries({ queryKey }));

/** Reads the list of conversations and the number of what was not read anew. */
export function invalidateConversations(client: QueryClient): void {
  if (waiting !== undefined) {
    again = true;
    return;
  }
  readLists(client);
  waiting = setTimeout(() => {
    waiting = undefined;
    if (!again) return;
    again = false;
    invalidateConversations(client);
  }, WAIT_MS);
}

export function patchConversation(client: QueryClient, id: string, change: (one: Conversation) => Partial<Conversation>): void {
  const map = (one: Conversation) => (one.id === id ? { ...one, ...change(one) } : one);
  client.setQueryData<InfiniteData<List<Conversation>>>(conversationsQuery.queryKey, (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(map) })) });
  client.setQueryData(conversationQuery(id).queryKey, (one) => one && map(one));
}

/** What the server says of a conversation's mark. */
export const takeMark = (client: QueryClient, { room_id, ...mark }: ChatMark) => {
  patchConversation(client, room_id, ({ last_seq }) => ({ ...mark, last_seq: Math.max(last_seq, mark.last_seq) }));
  void client.invalidateQueries({ queryKey: chatStatsQuery.queryKey });
};

export const patchMessage = (client: QueryClient, room: string, id: string, change: (message: ChatMessage) => Partial<ChatMessage>) =>
  client.setQueryData<MessageWindow>(windowKey(room), (window) => window && changeMessage(window, id, change));
