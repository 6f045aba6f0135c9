/* What the server tells by itself, put where the pages look: notifications, the progress of tracks and of archives. */

import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { logoutKey } from '@/lib/api/auth/logout';
import { meQuery } from '@/lib/api/auth/me';
import { exportsQuery } from '@/lib/api/exports/list';
import { addUnread, invalidateNotifications } from '@/lib/api/notifications/cache';
import { getTicket } from '@/lib/api/realtime/ticket';
import { progressQuery } from '@/lib/api/tracks/progress';
import type { DataExport, TrackProgress } from '@/lib/api/types';
import { connect, type Message } from './client';

function takeProgress(client: QueryClient, message: Message): void {
  const { track_id, stage, progress, status } = message as Message & Partial<TrackProgress> & { track_id?: string };
  if (typeof track_id !== 'string') return;
  client.setQueryData(
    progressQuery(track_id).queryKey,
    (old) => old && { ...old, ...(stage && { stage }), ...(typeof progress === 'number' && { progress }), ...(status && { status }) },
  );
  if (status === 'completed' || status === 'failed') void client.invalidateQueries({ queryKey: ['tracks'] });
}

function takeExport(client: QueryClient, message: Message): void {
  const { export_id, status, progress } = message as Message & Partial<DataExport> & { export_id?: string };
  client.setQueryData(exportsQuery.queryKey, (list) => {
    const change = (one: DataExport) => (one.id === export_id ? { ...one, ...(status && { status }), ...(typeof progress === 'number' && { progress }) } : one);
    return list && { ...list, items: list.items.map(change) };
  });
  if (status === 'completed' || status === 'failed') void client.invalidateQueries({ queryKey: exportsQuery.queryKey });
}

export function takeMessage(client: QueryClient, message: Message): void {
  if (message.type === 'notification') {
    if (message.is_new !== false) addUnread(client, 1);
    void invalidateNotifications(client);
  } else if (message.type === 'track.progress') takeProgress(client, message);
  else if (message.type === 'export.progress') takeExport(client, message);
}

/** Listens for as long as the component is mounted. */
export function useRealtime(): void {
  const client = useQueryClient();
  useEffect(
    () =>
      connect({
        ticket: async () => (await getTicket()).ticket,
        onMessage: (message) => takeMessage(client, message),
        onOpen: () => void invalidateNotifications(client),
        // While one signs out the line ends before the reply comes, and nobody need be asked who is signed in.
        onEnd: () => {
          if (!client.isMutating({ mutationKey: logoutKey })) void client.invalidateQueries({ queryKey: meQuery.queryKey });
        },
      }),
    [client],
  );
}
