/* The one way to the server: JSON in, JSON or an ApiProblem out.
 *
 * Renews an expired session once (all callers share one renewal) and a refused CSRF token once, asks once for a second factor or a
 * password that the server wants proven again, then repeats the request with its body. */

import { hasSessionHint, sessionIsOfAnother } from '@/lib/session/hint';
import { proveOnceMore, useStepUp } from '@/lib/session/stepUp';
import { mayBeSent, stoppable } from './alone';
import type { Address, Method, Options, Reply, Sending } from './address';
import { csrfToken, forgetCsrf } from './csrf';
import { ApiProblem, networkProblem, problemFrom } from './problem';
import { noteRateLimit } from './rateLimit';
import { renewalId, renewSession, sessionReady } from './refresh';

/** An array is written with commas. */
export type QueryValue = string | number | boolean | null | undefined | readonly (string | number)[];

/** What `Options` of address.ts are once the address is known to be right. */
interface RequestOptions extends Sending {
  path?: Record<string, QueryValue>;
  query?: Record<string, QueryValue>;
  headers?: Record<string, string | number | null | undefined>;
  body?: unknown;
  /** The reply is no JSON. */
  bytes?: boolean;
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
export async function prepare(path: string, alone = false): Promise<string> {
  if (!alone) await mayBeSent();
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

async function send(method: Method, path: string, options: RequestOptions, signal: AbortSignal | null): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const init: RequestInit = { method: method.toUpperCase(), credentials: 'same-origin', headers, keepalive: options.keepalive ?? false, signal };
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) if (value != null) headers[name] = String(value);
  if (method !== 'get') {
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

/** Reads a reply's body: a connection that ends in the middle of it is as one that never was. */
async function read<R>(body: () => Promise<R>, given: AbortSignal | null): Promise<R> {
  try {
    return await body();
  } catch (error) {
    if (given?.aborted || error instanceof SyntaxError) throw error;
    throw networkProblem();
  }
}

async function attempt<T>(method: Method, path: string, options: RequestOptions): Promise<Answer<T>> {
  const given = options.signal ?? null;
  const { signal, done } = options.alone ? { signal: given, done: () => undefined } : stoppable(given);
  try {
    const response = await send(method, path, options, signal);
    noteRateLimit(response.headers, response.status);
    if (!response.ok) throw problemFrom(response.status, await read(() => response.text(), given), response.headers.get('Retry-After'));
    const asGuest = response.headers.get('X-Session') === 'expired';
    if (response.status === 204) return { body: undefined as T, asGuest };
    return { body: (await read<unknown>(() => (options.bytes ? response.arrayBuffer() : response.json()), given)) as T, asGuest };
  } finally {
    done();
  }
}

/** The address with its values, such as '/tracks/1' for '/tracks/{id}'. */
export const fillIn = (address: string, values: Record<string, QueryValue> = {}) => address.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));

async function request<T>(method: Method, address: string, options: RequestOptions = {}): Promise<T> {
  const path = fillIn(address, options.path);

  const tried = new Set<Remedy>();
  for (;;) {
    const seen = await prepare(path, options.alone);
    try {
      const { body, asGuest } = await attempt<T>(method, path, options);
      if (method !== 'get' || !asGuest || tried.has('session') || !hasSessionHint()) return body;
      tried.add('session');
      if ((await renewSession(seen)) !== 'renewed') return body;
    } catch (error) {
      if (!(error instanceof ApiProblem) || !(await remedy(error, path, tried, seen))) throw error;
    }
  }
}

/** Options may be left out where nothing of them must be there. */
type Rest<O> = object extends O ? [options?: O] : [options: O];
type Caller<M extends Method> = <A extends Address<M>>(address: A, ...rest: Rest<Options<M, A>>) => Promise<Reply<M, A>>;

const caller = <M extends Method>(method: M) => ((address: string, options?: RequestOptions) => request(method, address, options)) as unknown as Caller<M>;

export const get = caller('get');
/** A file. */
export const getBytes = <A extends Address<'get'>>(address: A, ...[options]: Rest<Options<'get', A>>) =>
  request<ArrayBuffer>('get', address, { ...(options as RequestOptions | undefined), bytes: true });
export const post = caller('post');
export const put = caller('put');
export const patch = caller('patch');
export const del = caller('delete');
