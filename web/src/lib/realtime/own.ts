/* What the person is told by the server itself, put where the pages look: notifications, the progress of tracks and of archives. */

import type { QueryClient } from '@tanstack/react-query';
import { logoutKey } from '@/lib/api/auth/logout';
import { meQuery } from '@/lib/api/auth/me';
import { invalidateConversations, patchConversation } from '@/lib/api/chat/cache';
import { conversationQuery } from '@/lib/api/chat/conversations';
import { isLeftRoom } from '@/lib/api/chat/rooms';
import { invalidateComments } from '@/lib/api/comments/cache';
import { exportsQuery } from '@/lib/api/exports/list';
import { addUnread, invalidateNotifications } from '@/lib/api/notifications/cache';
import { getTicket } from '@/lib/api/realtime/ticket';
import { progressQuery } from '@/lib/api/tracks/progress';
import { queueChanged, rereadQueue, syncQueue } from '@/lib/player/sync/sync';
import type { DataExport, Notification } from '@/lib/api/schema';
import { connect, type TopicMessage } from './client';

type Of<T extends TopicMessage['type']> = Extract<TopicMessage, { type: T }>;

const isOver = (status: string) => status === 'completed' || status === 'failed';

function takeProgress(client: QueryClient, { track_id, stage, progress, status }: Of<'track.progress'>): void {
  client.setQueryData(progressQuery(track_id).queryKey, (old) => old && (stage === 'playable' ? { ...old, stream_status: 'ready' as const } : { ...old, stage, progress, status }));
  if (isOver(status)) void client.invalidateQueries({ queryKey: ['tracks'] });
}

function takeExport(client: QueryClient, { export_id, status, progress }: Of<'export.progress'>): void {
  client.setQueryData(exportsQuery.queryKey, (list) => {
    const change = (one: DataExport) => (one.id === export_id ? { ...one, status, progress } : one);
    return list && { ...list, items: list.items.map(change) };
  });
  if (isOver(status)) void client.invalidateQueries({ queryKey: exportsQuery.queryKey });
}

/** Likes and comments are counted and listed on the page of the track that they are for. */
function takeNews(client: QueryClient, { type, data: { track_id } }: Notification): void {
  if (typeof track_id !== 'string') return;
  void client.invalidateQueries({ queryKey: ['tracks', 'one', track_id] });
  if (type === 'comment') void invalidateComments(client, track_id);
}

function takeUnread(client: QueryClient, { room_id, unread, mentions, read_seq, last_seq }: Of<'chat.unread'>): void {
  patchConversation(client, room_id, () => ({ unread_count: unread, mention_count: mentions, read_seq, last_seq }));
  invalidateConversations(client);
}

export function takeMessage(client: QueryClient, message: TopicMessage): void {
  switch (message.type) {
    case 'notification':
      if (message.is_new) addUnread(client, 1);
      void invalidateNotifications(client);
      takeNews(client, message.notification);
      return;
    case 'track.progress':
      takeProgress(client, message);
      return;
    case 'export.progress':
      takeExport(client, message);
      return;
    case 'queue.changed':
      queueChanged(message);
      return;
    case 'chat.unread':
      takeUnread(client, message);
      return;
    case 'chat.all_read':
      invalidateConversations(client);
      return;
    case 'chat.membership':
      invalidateConversations(client);
      if (!isLeftRoom(message.room_id)) void client.invalidateQueries({ queryKey: conversationQuery(message.room_id).queryKey });
      return;
    default: // sent on other topics
  }
}

/** All that the messages tell of, read anew. */
function reloadAll(client: QueryClient): void {
  rereadQueue();
  void invalidateNotifications(client);
  invalidateConversations(client);
  void client.invalidateQueries({ queryKey: exportsQuery.queryKey });
  void client.invalidateQueries({ queryKey: ['tracks', 'progress'] });
}

/** Connects, and keeps the queue the same on all devices; the returned function ends both. */
export function listenToOwn(client: QueryClient): () => void {
  const disconnect = connect({
    ticket: async () => (await getTicket()).ticket,
    onMessage: (message) => takeMessage(client, message),
    reload: () => reloadAll(client),
    // While one signs out the connection ends before the reply comes, and nobody need be asked who is signed in.
    onEnd: () => {
      if (!client.isMutating({ mutationKey: logoutKey })) void client.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  const endSync = syncQueue();
  return () => {
    disconnect();
    endSync();
  };
}
