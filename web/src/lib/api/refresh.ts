/* Renewing the session, once at a time: in this tab by sharing the promise, between tabs by a lock.
 *
 * Each renewal has an id that all tabs share. Whoever meets a 401 names the renewal that its request relied on: if there has been another
 * one since, the request need only be repeated. Clocks decide nothing but when to renew early. */

import { hasSessionHint, personHere, sessionIsOfAnother, setSessionHint } from '@/lib/session/hint';
import { signInAgain } from '@/lib/session/again';
import { startOver } from '@/lib/session/leave';
import { isLeaving } from '@/lib/session/leaving';
import { mayBeSent } from './alone';
import { csrfToken, forgetCsrf } from './csrf';

/** `unknown`: the server could not be asked, or gave no clear answer. That is no reason to sign anybody out. */
export type Outcome = 'renewed' | 'ended' | 'unknown';

interface Renewal {
  id: string;
  /** By the clock of the computer, which people and programs may set. */
  at: number;
  /** How long the access cookie lives from then on, in milliseconds; 0 when the server did not say. */
  life: number;
}

const KEY = 'veza.renewal';
const EARLY_MS = 120_000;
const LOOK_MS = 30_000;
const PATIENCE_MS = 15_000;
const TRIES = 3;

/** The last renewal, when storage cannot keep it. */
let kept: Renewal | null = null;
/** When this page learned of a renewal, by a clock that nobody sets but that may stand still while the computer sleeps. */
let noticed: { id: string; at: number } | null = null;
let running: Promise<Outcome> | null = null;
let waking: Promise<void> | null = null;

function lastRenewal(): Renewal | null {
  try {
    const { id, at, life } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Renewal>;
    return typeof id === 'string' && typeof at === 'number' && typeof life === 'number' ? { id, at, life } : kept;
  } catch {
    return kept;
  }
}

/** Names the renewal that a request which is sent now relies on. */
export const renewalId = () => lastRenewal()?.id ?? '';

/** A session was opened or renewed; its access cookie lives for so many seconds. */
export function noteRenewal(seconds = 0): void {
  kept = { id: Math.random().toString(36).slice(2), at: Date.now(), life: seconds * 1000 };
  noticed = { id: kept.id, at: performance.now() };
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    /* only other tabs would read it */
  }
}

/** Milliseconds since the renewal, by the clock that says more. A clock that was set back says nothing, so the cookie counts as old. */
function ageOf({ id, at }: Renewal): number {
  const age = Date.now() - at;
  if (age < 0) return Infinity;
  if (noticed?.id !== id) noticed = { id, at: performance.now() - age };
  return Math.max(age, performance.now() - noticed.at);
}

/** Milliseconds until the access cookie runs out; Infinity when nobody knows. */
function timeLeft(): number {
  const last = lastRenewal();
  return last?.life ? last.life - ageOf(last) : Infinity;
}

/** Short lives are renewed when a quarter is left. */
const margin = () => Math.min(EARLY_MS, (lastRenewal()?.life ?? 0) / 4);

async function ask(): Promise<Response> {
  const token = await csrfToken();
  return fetch('/api/v1/auth/refresh', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...(token ? { 'X-CSRF-Token': token } : {}) },
    body: '{}',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

/** The code of a refusal by our server, or undefined when it comes from something on the way. */
async function codeOf(refusal: Response): Promise<string | undefined> {
  const body = (await refusal.json().catch(() => null)) as { code?: string } | null;
  return body?.code;
}

/** A reply that was lost is asked for again at once: the server repeats it for a few seconds only. */
async function renewOnce(seen: string): Promise<Outcome> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (!hasSessionHint() || sessionIsOfAnother() || isLeaving()) return 'unknown'; /* signed out meanwhile, perhaps in another tab */
    if (renewalId() !== seen) return 'renewed'; /* another tab was faster: its cookies are ours */
    const reply = await ask().catch(() => null);
    if (reply?.ok) {
      noteRenewal(((await reply.json().catch(() => ({}))) as { expires_in?: number }).expires_in);
      return 'renewed';
    }
    const refused = reply?.status === 401 ? await codeOf(reply) : undefined;
    if (refused === 'refresh_superseded') return 'renewed'; /* by another tab, where there are no locks: the cookies are there */
    if (refused) return renewalId() === seen ? 'ended' : 'renewed';
    if (reply?.status === 403) forgetCsrf();
    else if (reply) return 'unknown';
    else if (!navigator.onLine) return 'unknown';
  }
  return 'unknown';
}

/** A session that has ended is opened again by its owner, where there is one in front of this page. */
async function renew(seen: string): Promise<Outcome> {
  const outcome = 'locks' in navigator ? await navigator.locks.request('veza.refresh', () => renewOnce(seen)) : await renewOnce(seen);
  forgetCsrf();
  if (outcome !== 'ended') return outcome;
  if (personHere() !== null) return (await signInAgain()) ? 'renewed' : 'ended';
  setSessionHint(false);
  return outcome;
}

/** Callers at the same time share one renewal. `seen` is the `renewalId` of the request that was refused. */
export function renewSession(seen = renewalId()): Promise<Outcome> {
  if (!hasSessionHint()) return Promise.resolve('ended');
  running ??= renew(seen)
    .catch((): Outcome => 'unknown')
    .finally(() => {
      running = null;
    });
  return running;
}

/** True when there is a valid session afterwards. */
export const refreshSession = async () => (await renewSession()) === 'renewed';

/** Resolves when a request may be sent: after a look at the session on waking up, and after renewing one that is known to have run out. */
export async function sessionReady(): Promise<void> {
  if (waking) await waking;
  if (hasSessionHint() && timeLeft() <= 0) await renewSession();
}

/** Asks the server whether the access cookie is still good. No clock can tell after a sleep. */
async function lookAtSession(): Promise<void> {
  if (sessionIsOfAnother()) {
    startOver('/'); /* what other tabs did was not heard while asleep */
    return;
  }
  const seen = renewalId();
  const reply = await fetch('/api/v1/auth/me', {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { Accept: 'application/json' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => null);
  if (reply?.status === 401 && (await codeOf(reply))) await renewSession(seen);
}

/** Before anything else is asked for, the session is. */
export function wakeUp(): void {
  if ((!hasSessionHint() && !sessionIsOfAnother()) || mayBeSent()) return;
  waking ??= lookAtSession().finally(() => {
    waking = null;
  });
}

/** Tabs do not look all at the same moment: what one has written, the others read a little later. */
const apart = () => Math.random() * 1000;

/** Keeps the session alive for as long as the page is open, also for the audio that the player fetches by itself. */
export function keepSessionFresh(): void {
  const look = async () => {
    const due = hasSessionHint() && timeLeft() <= margin();
    const failed = due && (await renewSession()) !== 'renewed';
    setTimeout(() => void look(), failed ? LOOK_MS : Math.max(1000, Math.min(LOOK_MS, timeLeft() - margin())) + apart());
  };
  void look();
  addEventListener('online', wakeUp);
  addEventListener('pageshow', ({ persisted }) => persisted && wakeUp());
  document.addEventListener('resume', wakeUp); /* of a frozen page */
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wakeUp());
}

/** After signing out, what is known of the old session means nothing. */
export function forgetRenewal(): void {
  kept = null;
  try {
    localStorage.removeItem(KEY);
  } catch {
    /* nothing kept, nothing to forget */
  }
}
