/* Who is signed in to this browser, as far as the pages know. The cookies are out of a script's sight, so all tabs share a note of our
 * own: guests are spared a request that can only fail, and each tab can tell whether the session is still that of the person it shows. */

const KEY = 'veza.session';
/** Somebody is signed in; who it is has not been asked yet. */
const SOMEBODY = '1';
/** Somebody signed out on purpose. A session that merely ended leaves no note at all. */
const SIGNED_OUT = 'out';

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function hasSessionHint(): boolean {
  const note = read();
  return note !== null && note !== SIGNED_OUT;
}

/** The id of the person, or true for somebody whose id is not known. */
export function setSessionHint(who: string | boolean): void {
  try {
    if (who) localStorage.setItem(KEY, who === true ? SOMEBODY : who);
    else localStorage.removeItem(KEY);
  } catch {
    /* without storage every load starts as a guest */
  }
}

export function noteSignedOut(): void {
  setSessionHint(SIGNED_OUT);
}

/** The person whom this page shows. */
let here: string | null = null;

export const personHere = () => here;

export function setPersonHere(id: string | null): void {
  here = id;
}

/** Whether the browser's session is no longer that of the person whom this page shows: signed out, or somebody else signed in. */
export function sessionIsOfAnother(): boolean {
  const note = read();
  return here !== null && note !== null && note !== SOMEBODY && note !== here;
}

/** Calls back when another tab signs in or out, or renews the session. */
export function onSessionHint(changed: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === KEY || key === 'veza.renewal' || key === null) changed();
  });
}
