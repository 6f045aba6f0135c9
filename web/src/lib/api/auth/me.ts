import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { hasCode } from '@/lib/api/problem';
import type { User } from '@/lib/api/schema';
import { hasSessionHint, sessionIsOfAnother, setPersonHere, setSessionHint } from '@/lib/session/hint';

/** Who is signed in; null for a guest. */
export async function fetchMe(signal?: AbortSignal): Promise<User | null> {
  if (!hasSessionHint()) return null;
  try {
    const me = await get('/auth/me', { signal });
    if (!hasSessionHint() || sessionIsOfAnother()) return null; /* signed out meanwhile, in another tab: no note of this person may come back */
    setPersonHere(me.id);
    setSessionHint(me.id);
    return me;
  } catch (error) {
    if (!hasCode(error, 'unauthenticated', 'token_expired')) throw error;
    setSessionHint(false);
    return null;
  }
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => fetchMe(signal),
  staleTime: 60_000,
});

/** `data` is undefined while we do not know yet, null for a guest. */
export const useMe = () => useQuery(meQuery);
