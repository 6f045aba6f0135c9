import { get } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

/** A request that has no answer by then has none: the next one may. */
export const PATIENCE_MS = 30_000;

export type ServerQueue = components['schemas']['Queue'];
export type QueueItem = components['schemas']['QueueItem'];

/** What the person plays, on whatever device, and how. */
export const readQueue = () => get('/queue', { signal: AbortSignal.timeout(PATIENCE_MS) });

/** All items of the queue, in the order of playing. */
export async function readQueueItems(): Promise<QueueItem[]> {
  const items: QueueItem[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await get('/queue/items', { query: { cursor, limit: 100 }, signal: AbortSignal.timeout(PATIENCE_MS) });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}
