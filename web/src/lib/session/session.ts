/* What changes in the browser when somebody signs in or out. */

import type { QueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { forgetCsrf } from '@/lib/api/csrf';
import { forgetRenewal, noteRenewal } from '@/lib/api/refresh';
import type { Session } from '@/lib/api/types';
import { setSessionHint } from './hint';

export function startSession(client: QueryClient, { user, expires_in }: Session): void {
  setSessionHint(user.id);
  noteRenewal(expires_in);
  forgetCsrf();
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' && query.getObserversCount() === 0 });
  client.setQueryData(meQuery.queryKey, user);
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
}

export function endSession(client: QueryClient): void {
  setSessionHint(false);
  forgetRenewal();
  forgetCsrf();
  client.setQueryData(meQuery.queryKey, null);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' && query.getObserversCount() === 0 });
  // Stale, but not asked for again here: a page that a guest may not see is about to be left.
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me', refetchType: 'none' });
}
