/* Renewing the session, once at a time: in this tab by sharing the promise, between tabs by a lock, since a refresh token
 * that is used twice ends the whole session. */

import { hasSessionHint, setSessionHint } from '@/lib/session/hint';
import { forgetCsrf } from './csrf';

const STAMP = 'veza.refreshed';
const FRESH_MS = 10_000;

let running: Promise<boolean> | null = null;

function stampAge(): number {
  try {
    return Date.now() - Number(localStorage.getItem(STAMP) ?? 0);
  } catch {
    return Infinity;
  }
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
  } catch {
    /* nothing kept, nothing to forget */
  }
}
