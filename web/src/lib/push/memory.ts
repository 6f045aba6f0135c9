/* Which subscription this browser has told the server of, and for whom. Apart from the rest, so that people without push never load it. */

const KEY = 'veza.push';

export interface Told {
  user: string;
  endpoint: string;
}

export function toldServer(): Told | null {
  try {
    const [user, endpoint] = (localStorage.getItem(KEY) ?? '').split(' ');
    return user && endpoint ? { user, endpoint } : null;
  } catch {
    return null;
  }
}

export function rememberTold(told: Told | null): void {
  try {
    if (told) localStorage.setItem(KEY, `${told.user} ${told.endpoint}`);
    else localStorage.removeItem(KEY);
  } catch {
    /* the next start tells the server again */
  }
}
