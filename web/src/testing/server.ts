/* A server in a few lines: answers `fetch` from a table and remembers what was asked. */

import { vi } from 'vitest';
import { goOn } from '@/lib/api/alone';

export interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

export interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

type Handler = Reply | ((call: Call, count: number) => Reply | Promise<Reply>);

/** Keys are "METHOD /path" below /api/v1, without the query. */
export function fakeServer(table: Record<string, Handler>) {
  const calls: Call[] = [];
  goOn(); /* in a test, the document of whoever signed out before is still there */
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    const { pathname, search } = new URL(url, 'http://test.local');
    const method = init.method ?? 'GET';
    const path = pathname.replace('/api/v1', '');
    const call: Call = {
      method,
      path: path + search,
      headers: (init.headers ?? {}) as Record<string, string>,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    init.signal?.throwIfAborted();
    calls.push(call);
    const handler = table[`${method} ${path}`];
    if (!handler) throw new TypeError(`no answer for ${method} ${path}`);
    const count = calls.filter((c) => c.method === method && c.path.split('?')[0] === path).length;
    const reply = typeof handler === 'function' ? await handler(call, count) : handler;
    const status = reply.status ?? 200;
    return new Response(status === 204 ? null : JSON.stringify(reply.body ?? {}), { status, headers: reply.headers ?? {} });
  });
  return { calls, count: (key: string) => calls.filter((c) => `${c.method} ${c.path.split('?')[0]}` === key).length };
}

export const problem = (status: number, code: string, extra: object = {}): Reply => ({
  status,
  body: { type: `/problems/${code}`, code, title: code, status, ...extra },
});
