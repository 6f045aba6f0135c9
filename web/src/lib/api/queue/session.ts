import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { asGuest } from './guest';

export type SharedQueue = components['schemas']['SharedQueue'];
export type SharedItem = components['schemas']['SharedQueueItem'];

/** A queue that several people fill, and all that waits in it: 500 items at most. */
export async function readSession(token: string, signal?: AbortSignal): Promise<{ session: SharedQueue; items: SharedItem[] }> {
  const path = { token }, headers = asGuest(token);
  const session = await get('/queue/session/{token}', { path, headers, signal });
  const items: SharedItem[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await get('/queue/session/{token}/items', { path, headers, signal, query: { cursor, limit: 100 } });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return { session, items };
}

export const sessionKey = (token: string) => ['queue', 'session', token] as const;

/** `everyMs`: for those whom no message tells of changes. */
export const sessionQuery = (token: string, everyMs: number) =>
  queryOptions({ queryKey: sessionKey(token), queryFn: ({ signal }) => readSession(token, signal), refetchInterval: everyMs, retry: false });
