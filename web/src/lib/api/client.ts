/* The one way to the server: JSON in, JSON or an ApiProblem out.
 *
 * Renews an expired session once (all callers share one renewal) and a refused CSRF token once, asks once for a second factor that the
 * server wants proven again, then repeats the request. */

import { hasSessionHint } from '@/lib/session/hint';
import { proveOnceMore, useStepUp } from '@/lib/session/stepUp';
import { csrfToken, forgetCsrf } from './csrf';
import { ApiProblem, networkProblem, problemFrom } from './problem';
import { noteRateLimit } from './rateLimit';
import { refreshSession, sessionRunsOut } from './refresh';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  query?: Record<string, QueryValue>;
  body?: unknown;
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

export type Remedy = 'csrf' | 'second factor' | 'session';

/** What may help against a refusal, or null when trying again is no use. */
function remedyFor({ code }: ApiProblem, path: string): Remedy | null {
  if (code === 'csrf_failed') return 'csrf';
  if (code === 'mfa_required') return 'second factor';
  const expired = code === 'token_expired' || (code === 'unauthenticated' && hasSessionHint());
  return expired && path !== '/auth/refresh' && path !== '/auth/login' ? 'session' : null;
}

/** Does what may help, each of it once a request; true when the request is worth repeating. */
export async function remedy(problem: ApiProblem, path: string, tried: Set<Remedy>): Promise<boolean> {
  if (problem.code === 'mfa_setup_required') useStepUp.getState().ask('setup');
  const way = remedyFor(problem, path);
  if (!way || tried.has(way)) return false;
  tried.add(way);
  if (way === 'session') return refreshSession();
  if (way === 'second factor') return proveOnceMore();
  forgetCsrf();
  return true;
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const init: RequestInit = { method, credentials: 'same-origin', headers, signal: options.signal ?? null };
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

async function attempt<T>(method: Method, path: string, options: RequestOptions): Promise<T> {
  const response = await send(method, path, options);
  noteRateLimit(response.headers, response.status);
  if (!response.ok) throw problemFrom(response.status, await response.text(), response.headers.get('Retry-After'));
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const tried = new Set<Remedy>();
  if (!path.startsWith('/auth/') && sessionRunsOut(0)) await refreshSession();
  for (;;) {
    try {
      return await attempt<T>(method, path, options);
    } catch (error) {
      if (!(error instanceof ApiProblem) || !(await remedy(error, path, tried))) throw error;
    }
  }
}

export const get = <T>(path: string, options?: RequestOptions) => request<T>('GET', path, options);
export const post = <T>(path: string, body?: unknown, options?: RequestOptions) => request<T>('POST', path, { ...options, body });
export const put = <T>(path: string, body?: unknown, options?: RequestOptions) => request<T>('PUT', path, { ...options, body });
export const del = <T>(path: string, options?: RequestOptions) => request<T>('DELETE', path, options);
