/* What changes in the browser when somebody signs in or out. */

import type { QueryClient } from '@tanstack/react-query';
import type { Reply } from '@/lib/api/address';
import { meQuery } from '@/lib/api/auth/me';
import { forgetCsrf } from '@/lib/api/csrf';
import { forgetRenewal, noteRenewal } from '@/lib/api/refresh';
import { EMPTY_QUEUE } from '@/lib/player/queue';
import { usePlayer } from '@/lib/player/store';
import { toldServer } from '@/lib/push/memory';
import { useSignInAgain } from './again';
import { hasSessionHint, noteSignedOut, onSessionHint, personHere, sessionIsOfAnother, setPersonHere, setSessionHint } from './hint';
import { forgetPerson, startOver } from './leave';
import { HOME } from './next';

/** What every way of signing in brings. */
export type OpenedSession = Reply<'post', '/auth/register'>;

/** Nothing of the person who was here before is shown to another, or sent by them. */
export function startSession(client: QueryClient, { user, expires_in }: OpenedSession): void {
  const before = personHere();
  const another = before !== null && before !== user.id;
  if (another) forgetPerson();
  setSessionHint(user.id);
  noteRenewal(expires_in);
  forgetCsrf();
  if (another) {
    startOver(HOME);
    return;
  }
  setPersonHere(user.id);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' && query.getObserversCount() === 0 });
  client.setQueryData(meQuery.queryKey, user);
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
  useSignInAgain.getState().answer(true);
}

/** Somebody signed out: this tab goes to the front page, and so do the others. */
export async function endSession(notice?: string): Promise<void> {
  if (toldServer()) await import('@/lib/push/device').then(({ switchPushOff }) => switchPushOff({ signedIn: false })).catch(() => undefined);
  forgetPerson();
  noteSignedOut();
  startOver('/', notice);
}

/** The session has ended, and the page goes on without it. */
export function dropSession(client: QueryClient): void {
  forgetPerson();
  noteSignedOut();
  setPersonHere(null);
  forgetRenewal();
  forgetCsrf();
  usePlayer.getState().pause();
  usePlayer.setState({ ...EMPTY_QUEUE, current: null });
  client.setQueryData(meQuery.queryKey, null);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' && query.getObserversCount() === 0 });
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me', refetchType: 'none' });
}

/** Does what another tab did. */
export function followOtherTabs(client: QueryClient): void {
  onSessionHint(() => {
    if (sessionIsOfAnother()) startOver('/');
    else if (!hasSessionHint()) return;
    else if (useSignInAgain.getState().asked) useSignInAgain.getState().answer(true);
    else if (personHere() === null) void client.invalidateQueries();
  });
}
