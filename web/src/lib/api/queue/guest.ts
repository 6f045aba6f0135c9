/* The key by which a guest without an account takes part in a shared queue, kept in this browser. */

const key = (token: string) => `veza.guest.${token}`;

export function guestKey(token: string): string | null {
  try {
    return localStorage.getItem(key(token));
  } catch {
    return null;
  }
}

export function keepGuestKey(token: string, value: string): void {
  try {
    localStorage.setItem(key(token), value);
  } catch {
    /* without storage the guest has to say their name at each visit */
  }
}

export const asGuest = (token: string) => ({ 'X-Queue-Guest': guestKey(token) ?? undefined });
