import { get } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

export type ServerQueue = components['schemas']['Queue'];
export type QueueItem = components['schemas']['QueueItem'];

/** What the person plays, on whatever device, and how. */
export const readQueue = () => get('/queue');

/** All items of the queue, in the order of playing. */
export async function readQueueItems(): Promise<QueueItem[]> {
  const items: QueueItem[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await get('/queue/items', { query: { cursor, limit: 100 } });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}
