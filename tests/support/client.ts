/** The typed client. Every reply that passes through it is checked against the API's description and counted. */
import { strict as assert } from 'node:assert';
import type { paths } from '../../build/test-api/schema.js';
import { isRecorded, record } from './coverage.ts';
import { codesOf, complaint, keyOf, operationAt, type Operation } from './document.ts';
import { assertReplicaShowsNoMore, FROM_DATABASE, mayReplicaAnswer } from './late-replica.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathsOf<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof paths];
type OperationOf<M extends Method, P extends keyof paths> = paths[P] extends Record<M, infer O> ? O : never;
type JsonOf<T> = T extends { content: { 'application/json': infer J } } ? J : never;
type Successes<O> = O extends { responses: infer R } ? { [S in keyof R]: S extends 200 | 201 | 202 ? JsonOf<R[S]> : never }[keyof R] : never;
/** What a successful reply holds; `unknown` where there is no JSON. */
export type BodyOf<M extends Method, P extends PathsOf<M>> = [Successes<OperationOf<M, P>>] extends [never] ? unknown : Successes<OperationOf<M, P>>;
type InputOf<O> = O extends { requestBody?: infer B } ? (NonNullable<B> extends { content: { 'application/json': infer J } } ? J : FormData) : never;
type PathInputOf<O> = O extends { parameters: { path: infer P } } ? P : never;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Q : never;

export interface Problem {
  type: string;
  code: string;
  title: string;
  status: number;
  detail: string;
  request_id: string;
  errors?: { field: string; code: string; message: string }[];
}

export interface Reply<T = unknown> {
  status: number;
  headers: Headers;
  bytes: Buffer;
  /** The parsed body; typed as the success reply, so look at the status first. */
  body: T;
  problem: Problem | undefined;
}

/** How a request says who asks. */
export interface Credentials {
  token?: string;
  cookies?: Record<string, string>;
  csrf?: string;
}

export interface RequestOptions {
  headers?: Record<string, string>;
  body?: string | Uint8Array | FormData | ReadableStream;
  as?: Credentials | undefined;
  /** A reply outside the description, sent on purpose: not checked. Say why. */
  undescribed?: string;
}

export interface CallOptions<M extends Method, P extends PathsOf<M>> {
  path?: PathInputOf<OperationOf<M, P>>;
  query?: QueryOf<OperationOf<M, P>>;
  body?: InputOf<OperationOf<M, P>>;
  as?: Credentials | undefined;
  headers?: Record<string, string>;
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.as?.token) headers['authorization'] = `Bearer ${options.as.token}`;
  if (options.as?.cookies) headers['cookie'] = Object.entries(options.as.cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  if (options.as?.csrf !== undefined) headers['x-csrf-token'] = options.as.csrf;
  return headers;
}

export class Client {
  /** `stream`: where the stream server's operations are sent. */
  constructor(readonly base: string, readonly credentials: Credentials = {}, readonly stream = base) {}

  as(credentials: Credentials): Client {
    return new Client(this.base, credentials, this.stream);
  }

  /** Any request at all; `target` is a path with its query string. */
  async send<T = unknown>(method: string, target: string, options: RequestOptions = {}): Promise<Reply<T>> {
    const as = options.as ?? this.credentials;
    const operation = operationAt(method, target.split('?')[0]!);
    const base = operation?.servers ? this.stream : this.base;
    const streaming = options.body instanceof ReadableStream ? { duplex: 'half' } : {};
    const headers = headersOf({ ...options, as }), both = mayReplicaAnswer(method, target) && !Object.keys(headers).length;
    const response = await fetch(base + target, {
      method, redirect: 'manual', headers: both ? FROM_DATABASE : headers, body: options.body ?? null, ...streaming,
    } as RequestInit);
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const isJson = /^application\/(problem\+)?json\b/.test(type);
    const body = isJson && bytes.length ? (JSON.parse(bytes.toString()) as unknown) : undefined;
    const reply = { status: response.status, headers: response.headers, bytes, body: body as T,
      problem: type.startsWith('application/problem+json') ? (body as Problem) : undefined };
    if (both && reply.status === 200) await assertReplicaShowsNoMore(base + target, bytes.toString());
    if (!options.undescribed) this.check(operation, method, target, type, reply);
    if (operation && method === 'GET' && !options.headers?.['range'] && !options.headers?.['if-none-match']) await this.probe(operation, target, options, reply);
    return reply;
  }

  private check(operation: Operation | undefined, method: string, target: string, type: string, reply: Reply): void {
    const wrong = method === 'HEAD' || method === 'OPTIONS' ? undefined : complaint(operation, reply.status, type, reply.body);
    if (wrong) assert.fail(`${method} ${target}: ${wrong}\n${reply.bytes.toString().slice(0, 600)}`);
    /* What everybody hears is one response for all: it cannot carry an id of its own. */
    const shared = (operation?.['x-limit'] === 'media' || target.startsWith('/hls/')) && reply.status < 400;
    if (!shared) assert.match(reply.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/, `${method} ${target} carries a request id`);
    if (operation && method !== 'HEAD') record(keyOf(operation), reply.status);
  }

  /** Once an operation: asks again for what it has already (304), for a part (206), and for a part that is not there (416). */
  private async probe(operation: Operation, target: string, options: RequestOptions, reply: Reply): Promise<void> {
    const key = keyOf(operation);
    const wants = (status: number) => status in operation.responses && !isRecorded(key, status);
    const again = async (status: number, headers: Record<string, string>) => {
      if (!wants(status)) return;
      await this.send('GET', target, { ...options, headers: { ...options.headers, ...headers } });
    };
    if (reply.status !== 200) return;
    const etag = reply.headers.get('etag');
    if (etag) await again(304, { 'if-none-match': etag });
    if (!reply.headers.get('accept-ranges')) return;
    await again(206, { range: 'bytes=0-0' });
    await again(416, { range: `bytes=${reply.bytes.length + 10}-` });
  }

  private async call<M extends Method, P extends PathsOf<M>>(method: M, path: P, options: CallOptions<M, P> = {}): Promise<Reply<BodyOf<M, P>>> {
    let target: string = path as string;
    for (const [name, value] of Object.entries((options.path ?? {}) as Record<string, unknown>)) target = target.replace(`{${name}}`, encodeURIComponent(String(value)));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries((options.query ?? {}) as Record<string, unknown>)) if (value !== undefined) query.set(name, String(value));
    const headers: Record<string, string> = { ...options.headers };
    const input: unknown = options.body;
    let body: string | FormData | undefined;
    if (input instanceof FormData) body = input;
    else if (input !== undefined) {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(input);
    }
    return this.send<BodyOf<M, P>>(method.toUpperCase(), target + (query.size ? `?${query.toString()}` : ''), {
      headers, as: options.as, ...(body === undefined ? {} : { body }),
    });
  }

  get<P extends PathsOf<'get'>>(path: P, options?: CallOptions<'get', P>) {
    return this.call('get', path, options);
  }

  post<P extends PathsOf<'post'>>(path: P, options?: CallOptions<'post', P>) {
    return this.call('post', path, options);
  }

  patch<P extends PathsOf<'patch'>>(path: P, options?: CallOptions<'patch', P>) {
    return this.call('patch', path, options);
  }

  put<P extends PathsOf<'put'>>(path: P, options?: CallOptions<'put', P>) {
    return this.call('put', path, options);
  }

  delete<P extends PathsOf<'delete'>>(path: P, options?: CallOptions<'delete', P>) {
    return this.call('delete', path, options);
  }
}

/** The reply is a problem of this status and code; returns it. */
export function assertProblem(reply: Reply, status: number, code?: string, about = ''): Problem {
  const said = reply.bytes.toString().slice(0, 400);
  assert.equal(reply.status, status, `${about} expected ${status} ${code ?? ''}, got ${reply.status} ${said}`);
  assert.ok(reply.problem, `${about} a problem document, not ${said}`);
  assert.equal(reply.problem.status, status);
  if (code) assert.equal(reply.problem.code, code, `${about} ${said}`);
  return reply.problem;
}

export function assertStatus(reply: Reply, status: number, about = ''): void {
  assert.equal(reply.status, status, `${about} expected ${status}, got ${reply.status} ${reply.bytes.toString().slice(0, 400)}`);
}

export { codesOf };

/** Cookies that a reply sets, by name; those it removes are absent. */
export function cookiesOf(reply: Reply): Record<string, string> {
  return Object.fromEntries(reply.headers.getSetCookie().flatMap((line) => {
    const [pair] = line.split(';');
    const at = pair!.indexOf('=');
    return /max-age=0/i.test(line) ? [] : [[pair!.slice(0, at), pair!.slice(at + 1)]];
  }));
}
