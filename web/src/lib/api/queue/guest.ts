/* The key by which a guest without an account takes part in a shared queue, kept in this browser. It belongs to the session, whatever its link is by now. */

/** Which session a link is of, once the server has said so. */
const sessions = new Map<string, string>();

const nameOf = (session: string) => `veza.guest.${session}`;

export const setSessionOf = (token: string, session: string): void => void sessions.set(token, session);

export function guestKey(token: string): string | null {
  const session = sessions.get(token);
  try {
    return session === undefined ? null : localStorage.getItem(nameOf(session));
  } catch {
    return null;
  }
}

/** Null: the server does not take it any more. */
export function keepGuestKey(token: string, value: string | null): void {
  const session = sessions.get(token);
  if (session === undefined) return;
  try {
    if (value === null) localStorage.removeItem(nameOf(session));
    else localStorage.setItem(nameOf(session), value);
  } catch {
    /* without storage the guest has to say their name at each visit */
  }
}

export const asGuest = (token: string) => ({ 'X-Queue-Guest': guestKey(token) ?? undefined });
