/* Renewing the session, once at a time: in this tab by sharing the promise, between tabs by a lock, since a refresh token
 * that is used twice ends the whole session. */

import { hasSessionHint, setSessionHint } from '@/lib/session/hint';
import { forgetCsrf } from './csrf';

const STAMP = 'veza.refreshed';
const EXPIRES = 'veza.expires';
const FRESH_MS = 10_000;

let running: Promise<boolean> | null = null;

function stampAge(): number {
  try {
    return Date.now() - Number(localStorage.getItem(STAMP) ?? 0);
  } catch {
    return Infinity;
  }
}

/** Notes how long the access cookie lives, in seconds from now. */
export function noteExpiry(seconds: number | undefined): void {
  try {
    if (seconds) localStorage.setItem(EXPIRES, String(Date.now() + seconds * 1000));
    else localStorage.removeItem(EXPIRES);
  } catch {
    /* the server's 401 tells us as well */
  }
}

/** Whether the access cookie runs out within `margin` milliseconds. A page that answers guests too would not say so: it
 * would take us for one. */
export function sessionRunsOut(margin: number): boolean {
  try {
    const expires = Number(localStorage.getItem(EXPIRES));
    return hasSessionHint() && expires > 0 && Date.now() > expires - margin;
  } catch {
    return false;
  }
}

/** Renews the session in time for as long as the page is open, also for the audio that the player fetches by itself. */
export function keepSessionFresh(): void {
  const look = () => {
    if (sessionRunsOut(120_000)) void refreshSession();
  };
  setInterval(look, 30_000);
  addEventListener('online', look);
  document.addEventListener('visibilitychange', look);
}

async function refreshOnce(): Promise<boolean> {
  if (stampAge() < FRESH_MS) return true; /* another tab was faster: its cookies are ours */
  const response = await fetch('/api/v1/auth/refresh', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: '{}',
  });
  if (response.ok) {
    noteExpiry(((await response.json()) as { expires_in?: number }).expires_in);
    try {
      localStorage.setItem(STAMP, String(Date.now()));
    } catch {
      /* only other tabs would read it */
    }
    setSessionHint(true);
  } else if (response.status === 401 || response.status === 403) {
    setSessionHint(false);
  }
  return response.ok;
}

async function locked(): Promise<boolean> {
  if (!('locks' in navigator)) return refreshOnce();
  return navigator.locks.request('veza.refresh', refreshOnce);
}

/** True when there is a valid session afterwards. Callers at the same time share one request. */
export function refreshSession(): Promise<boolean> {
  if (!hasSessionHint()) return Promise.resolve(false);
  running ??= locked()
    .catch(() => false)
    .finally(() => {
      running = null;
      forgetCsrf();
    });
  return running;
}

/** After signing in or out the stamp of the old session means nothing. */
export function forgetRefresh(): void {
  try {
    localStorage.removeItem(STAMP);
    localStorage.removeItem(EXPIRES);
  } catch {
    /* nothing kept, nothing to forget */
  }
}
