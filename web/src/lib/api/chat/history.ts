import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { get } from '@/lib/api/client';
import { windowKey, windowOf, withMessage, withNewer, withOlder, type MessageWindow } from '@/lib/chat/window';

const A_PAGE = 50;
const LARGEST = 100;

const getHistory = (id: string, query: { before?: number; after?: number; around?: number; limit?: number }, signal?: AbortSignal) =>
  get('/conversations/{id}/history', { path: { id }, query: { limit: A_PAGE, ...query }, signal });

/** Where nothing is loaded: what is around the first message that was not read, or else the newest. */
async function open(id: string, signal: AbortSignal): Promise<MessageWindow> {
  const newest = await getHistory(id, {}, signal);
  const first = newest.items[0];
  const isInside = !newest.has_before || !first || newest.read_seq + 1 >= first.seq;
  return windowOf(isInside ? newest : await getHistory(id, { around: newest.read_seq + 1, limit: LARGEST }, signal));
}

/** The same part once more, as far as one answer brings it. */
async function anew(id: string, { items, hasAfter, readSeq }: MessageWindow, signal: AbortSignal): Promise<MessageWindow> {
  const first = items[0], middle = items[items.length >> 1];
  const query = items.length <= LARGEST && first ? { after: first.seq - 1 } : hasAfter && middle ? { around: middle.seq } : {};
  let window = windowOf(await getHistory(id, { ...query, limit: LARGEST }, signal));
  if (!hasAfter && window.hasAfter) window = windowOf(await getHistory(id, { limit: LARGEST }, signal));
  return { ...window, readSeq };
}

/** With what has come while the answer was on its way. */
function withLater(window: MessageWindow, now: MessageWindow | undefined): MessageWindow {
  const last = window.items.at(-1)?.seq ?? window.lastSeq;
  if (window.hasAfter || !now) return window;
  return now.items.filter(({ seq }) => seq > last).reduce((all, message) => withMessage(all, message) ?? all, window);
}

const windowQuery = (id: string) =>
  queryOptions<MessageWindow>({
    queryKey: windowKey(id),
    queryFn: async ({ signal, client }) => {
      const before = client.getQueryData<MessageWindow>(windowKey(id));
      const window = await (before ? anew(id, before, signal) : open(id, signal));
      return withLater(window, client.getQueryData<MessageWindow>(windowKey(id)));
    },
    staleTime: Infinity, /* the topic of the room tells of changes */
    gcTime: 0, /* opened again, it opens where one has not read yet */
    refetchOnWindowFocus: false,
  });

export const useMessages = (id: string) => useQuery(windowQuery(id));

/** Reading on, in both directions, and leading to another part. Each fails as its request does. */
export function useReadOn(id: string) {
  const client = useQueryClient();
  const older = useCallback(async () => {
    const first = client.getQueryData<MessageWindow>(windowKey(id))?.items[0];
    if (!first) return;
    const page = await getHistory(id, { before: first.seq });
    client.setQueryData<MessageWindow>(windowKey(id), (window) => window && withOlder(window, page));
  }, [client, id]);
  const newer = useCallback(async () => {
    const last = client.getQueryData<MessageWindow>(windowKey(id))?.items.at(-1);
    if (!last) return;
    const page = await getHistory(id, { after: last.seq });
    client.setQueryData<MessageWindow>(windowKey(id), (window) => window && withNewer(window, page));
  }, [client, id]);
  /** Around a message, or without one the newest. */
  const jump = useCallback(
    async (seq?: number) => {
      await client.cancelQueries({ queryKey: windowKey(id) });
      const page = await getHistory(id, seq === undefined ? {} : { around: seq });
      client.setQueryData<MessageWindow>(windowKey(id), (window) => ({ ...windowOf(page), readSeq: window?.readSeq ?? page.read_seq }));
    },
    [client, id],
  );
  return { older, newer, jump };
}
