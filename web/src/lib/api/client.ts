/* The one way to the server: JSON in, JSON or an ApiProblem out.
 *
 * Renews an expired session once (all callers share one renewal) and a refused CSRF token once, asks once for a second factor or a
 * password that the server wants proven again, then repeats the request with its body. */

import { hasSessionHint, sessionIsOfAnother } from '@/lib/session/hint';
import { proveOnceMore, useStepUp } from '@/lib/session/stepUp';
import { csrfToken, forgetCsrf } from './csrf';
import { ApiProblem, networkProblem, problemFrom } from './problem';
import { noteRateLimit } from './rateLimit';
import { renewalId, renewSession, sessionReady } from './refresh';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  query?: Record<string, QueryValue>;
  body?: unknown;
  /** The request outlives the page; its body is small then. */
  keepalive?: boolean;
  signal?: AbortSignal | undefined;
}

export const API = '/api/v1';

/** Path below /api/v1 plus query string; empty values are left out. */
export function apiUrl(path: string, query?: Record<string, QueryValue>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return `${API}${path}${text ? `?${text}` : ''}`;
}

export type Remedy = 'csrf' | 'second factor' | 'password' | 'session';

/** What may help against a refusal, or null when trying again is no use. */
function remedyFor({ code }: ApiProblem, path: string): Remedy | null {
  if (code === 'csrf_failed') return 'csrf';
  if (code === 'mfa_required') return 'second factor';
  if (code === 'sign_in_again') return 'password';
  const expired = code === 'token_expired' || (code === 'unauthenticated' && hasSessionHint());
  return expired && !opensSession(path) ? 'session' : null;
}

/** Requests that need no session: they are how one gets it. */
const opensSession = (path: string) => /^\/auth\/(login|refresh|register|passkeys\/login|oauth\/providers)(\/|$)/.test(path);

/** Before a request is sent. Returns what the session was then. */
export async function prepare(path: string): Promise<string> {
  if (!opensSession(path)) await sessionReady();
  return renewalId();
}

/** Does what may help, each of it once a request; true when the request is worth repeating. `seen` is what `prepare` returned. Nothing of
 * one person is sent again in the session of another. */
export async function remedy(problem: ApiProblem, path: string, tried: Set<Remedy>, seen: string): Promise<boolean> {
  if (sessionIsOfAnother()) return false;
  if (problem.code === 'mfa_setup_required') useStepUp.getState().ask('setup');
  const way = remedyFor(problem, path);
  if (!way || tried.has(way)) return false;
  tried.add(way);
  if (way === 'session') return (await renewSession(seen)) === 'renewed' && !sessionIsOfAnother();
  if (way === 'second factor') return proveOnceMore('code');
  if (way === 'password') return proveOnceMore('password');
  forgetCsrf();
  return true;
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const init: RequestInit = { method, credentials: 'same-origin', headers, keepalive: options.keepalive ?? false, signal: options.signal ?? null };
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  if (method !== 'GET') {
    const token = await csrfToken();
    if (token) headers['X-CSRF-Token'] = token;
  }
  try {
    return await fetch(apiUrl(path, options.query), init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw networkProblem();
  }
}

interface Answer<T> {
  body: T;
  /** The server took us for a guest, since the access cookie has run out. */
  asGuest: boolean;
}

async function attempt<T>(method: Method, path: string, options: RequestOptions): Promise<Answer<T>> {
  const response = await send(method, path, options);
  noteRateLimit(response.headers, response.status);
  if (!response.ok) throw problemFrom(response.status, await response.text(), response.headers.get('Retry-After'));
  const asGuest = response.headers.get('X-Session') === 'expired';
  return { body: (response.status === 204 ? undefined : await response.json()) as T, asGuest };
}

export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const tried = new Set<Remedy>();
  for (;;) {
    const seen = await prepare(path);
    try {
      const { body, asGuest } = await attempt<T>(method, path, options);
      if (method !== 'GET' || !asGuest || tried.has('session') || !hasSessionHint()) return body;
      tried.add('session');
      if ((await renewSession(seen)) !== 'renewed') return body;
    } catch (error) {
      if (!(error instanceof ApiProblem) || !(await remedy(error, path, tried, seen))) throw error;
    }
  }
}

export const get = <T>(path: string, options?: RequestOptions) => request<T>('GET', path, options);
export const post = <T>(path: string, body?: unknown, options?: RequestOptions) => request<T>('POST', path, { ...options, body });
export const put = <T>(path: string, body?: unknown, options?: RequestOptions) => request<T>('PUT', path, { ...options, body });
export const del = <T>(path: string, options?: RequestOptions) => request<T>('DELETE', path, options);
