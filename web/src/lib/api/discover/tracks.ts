import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';
import type { Track } from '@/lib/api/schema';
import type { List } from '@/lib/api/endless';
import type { Label } from './label';

export type Order = 'new' | 'rising';

/** Of a genre or tag, or of everything. */
function listTracks(label: Label | null, order: Order, limit: number, cursor: string | undefined, signal?: AbortSignal): Promise<List<Track>> {
  const page = { limit, ...(cursor && { cursor }) };
  if (order === 'rising') return get('/discover/rising', { query: { ...page, ...(label && { [label.kind]: label.name }) }, signal });
  if (!label) return get('/discover/new', { query: page, signal });
  return label.kind === 'genre'
    ? get('/discover/genre/{genre}', { path: { genre: label.name }, query: page, signal })
    : get('/discover/tag/{tag}', { path: { tag: label.name }, query: page, signal });
}

export const discoveredQuery = (label: Label | null, order: Order, limit = 24) =>
  endlessQuery(['discover', 'tracks', label, order, limit], (cursor, signal) => listTracks(label, order, limit, cursor, signal));

export const useDiscovered = (label: Label | null, order: Order, limit?: number) => useInfiniteQuery(discoveredQuery(label, order, limit));
