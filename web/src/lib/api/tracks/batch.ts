/* Changes to several tracks, at most 100. Whoever asks learns of each track what became of it. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import type { BatchReply } from '@/lib/api/schema';
import { invalidateTracks } from './cache';

export type ManyChanges = Omit<Body<'post', '/tracks/batch/update'>, 'ids'>;

/** `missing`: it is not there any more, or not one's own. An error: the request that it was in failed. */
export type Outcome = 'done' | 'missing' | Error;

async function outcomesOf(ids: string[], ask: (ids: string[]) => Promise<BatchReply>): Promise<[string, Outcome][]> {
  try {
    const { items } = await ask(ids);
    const missing = new Set(items.flatMap(({ id, result }) => (result === 'missing' ? (id ?? []) : [])));
    return ids.map((id) => [id, missing.has(id) ? 'missing' : 'done']);
  } catch (error) {
    return ids.map((id) => [id, error as Error]);
  }
}

/** Tracks with the same change go in one request. */
export async function updateMany(changes: ReadonlyMap<string, ManyChanges>): Promise<Map<string, Outcome>> {
  const alike = new Map<string, { ids: string[]; change: ManyChanges }>();
  for (const [id, change] of changes) {
    const key = JSON.stringify(change);
    const group = alike.get(key) ?? { ids: [], change };
    group.ids.push(id);
    alike.set(key, group);
  }
  const outcomes: [string, Outcome][] = [];
  for (const { ids, change } of alike.values()) outcomes.push(...(await outcomesOf(ids, (ids) => post('/tracks/batch/update', { body: { ...change, ids } }))));
  return new Map(outcomes);
}

export const removeMany = async (ids: string[]): Promise<Map<string, Outcome>> =>
  new Map(await outcomesOf(ids, (ids) => post('/tracks/batch/delete', { body: { ids } })));

export function useUpdateMany() {
  const client = useQueryClient();
  return useMutation({ mutationFn: updateMany, onSettled: () => void invalidateTracks(client) });
}

export function useRemoveMany() {
  const client = useQueryClient();
  return useMutation({ mutationFn: removeMany, onSettled: () => void invalidateTracks(client) });
}
