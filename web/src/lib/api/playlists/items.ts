import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

export const listItems = (id: string, cursor: string | undefined, signal?: AbortSignal) => get('/playlists/{id}/tracks', { path: { id }, query: { cursor, limit: 100 }, signal });

/** What is in a playlist, in its order. */
export const itemsQuery = (id: string) => endlessQuery(['playlists', 'items', id], (cursor, signal) => listItems(id, cursor, signal));

export const useItems = (id: string, enabled: boolean) => useInfiniteQuery({ ...itemsQuery(id), enabled });
