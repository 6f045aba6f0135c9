/* Requests of a frame that knows nobody: whatever cookies the browser has for this site, none is sent or kept. */

export class Missing extends Error {}

export const ask = (url: string | URL, init: RequestInit = {}): Promise<Response> => fetch(url, { ...init, credentials: 'omit' });

/** What visitors may have at an address below /api/v1. Rejects with `Missing` where there is nothing for them. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const reply = await ask(path.startsWith('/api/') ? path : `/api/v1${path}`, { headers: { Accept: 'application/json' }, signal: signal ?? null });
  if (reply.ok) return (await reply.json()) as T;
  void reply.body?.cancel();
  throw [401, 403, 404, 410, 422].includes(reply.status) ? new Missing() : new Error(String(reply.status));
}
