/* Whether this browser has signed in. The cookies are out of a script's sight, so we keep a note of our own:
 * guests are then spared a request that can only fail, and an access cookie that has run out is renewed. */

const KEY = 'veza.session';

export function hasSessionHint(): boolean {
  try {
    return localStorage.getItem(KEY) === '1';
  } catch {
    return false;
  }
}

export function setSessionHint(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(KEY, '1');
    else localStorage.removeItem(KEY);
  } catch {
    /* without storage every load starts as a guest */
  }
}
