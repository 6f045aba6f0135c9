import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { hasCode } from '@/lib/api/problem';
import type { components } from '@/lib/api/schema';
import { asGuest, guestKey, keepGuestKey, setSessionOf } from './guest';

export type SharedQueue = components['schemas']['SharedQueue'];
export type SharedItem = components['schemas']['SharedQueueItem'];

export interface ReadSession {
  session: SharedQueue;
  items: SharedItem[];
  /** The host has removed the guest who was here: from now on they only look, until they say who they are again. */
  isRemoved: boolean;
}

const readHead = (token: string, signal?: AbortSignal) => get('/queue/session/{token}', { path: { token }, headers: asGuest(token), signal });

async function readItems(token: string, signal?: AbortSignal): Promise<SharedItem[]> {
  const items: SharedItem[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await get('/queue/session/{token}/items', { path: { token }, headers: asGuest(token), signal, query: { cursor, limit: 100 } });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

/** A queue that several people fill, and all that waits in it: 500 items at most, which are read only when something was changed since `before`. */
export async function readSession(token: string, before?: ReadSession, signal?: AbortSignal): Promise<ReadSession> {
  const key = guestKey(token);
  try {
    let session = await readHead(token, signal);
    setSessionOf(token, session.id);
    const known = guestKey(token);
    if (known !== key) session = await readHead(token, signal);
    else if (key !== null && session.person_id === null) keepGuestKey(token, null); // a key of before the last new link
    const isSame = before?.session.version === session.version && before.session.person_id === session.person_id;
    return { session, items: isSame ? before.items : await readItems(token, signal), isRemoved: (before?.isRemoved ?? false) && session.person_id === null };
  } catch (error) {
    const used = guestKey(token);
    if (!hasCode(error, 'removed') || used === null) throw error;
    keepGuestKey(token, null);
    return { ...(await readSession(token, undefined, signal)), isRemoved: true };
  }
}

export const sessionKey = (token: string) => ['queue', 'session', token] as const;

/** `everyMs`: for those whom no message tells of changes. */
export const sessionQuery = (token: string, everyMs: number) =>
  queryOptions({
    queryKey: sessionKey(token),
    queryFn: ({ client, signal }) => readSession(token, client.getQueryData<ReadSession>(sessionKey(token)), signal),
    refetchInterval: everyMs,
    retry: false,
  });
