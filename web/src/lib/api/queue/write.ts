import type { Body } from '@/lib/api/address';
import { del, patch, post, put } from '@/lib/api/client';
import { PATIENCE_MS, type ServerQueue } from './read';

type Unversioned<T> = Omit<T, 'version'>;

/** One change of the queue, as small as it can be said. */
export type QueueChange =
  | { kind: 'put'; body: Unversioned<Body<'put', '/queue'>> }
  | { kind: 'patch'; body: Unversioned<Body<'patch', '/queue'>> }
  | { kind: 'add'; body: Unversioned<Body<'post', '/queue/items'>> }
  | { kind: 'remove'; id: string };

/** Makes it on the server, where the queue must still have this version. */
export function writeQueue(change: QueueChange, version: number, keepalive = false): Promise<ServerQueue> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  switch (change.kind) {
    case 'put':
      return put('/queue', { body: { version, ...change.body }, keepalive, signal });
    case 'patch':
      return patch('/queue', { body: { version, ...change.body }, keepalive, signal });
    case 'add':
      return post('/queue/items', { body: { version, ...change.body }, keepalive, signal });
    case 'remove':
      return del('/queue/items/{id}', { path: { id: change.id }, query: { version }, keepalive, signal });
  }
}
