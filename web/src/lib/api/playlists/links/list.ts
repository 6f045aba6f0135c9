import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const listLinks = (id: string, signal?: AbortSignal) => get('/playlists/{id}/share', { path: { id }, query: { limit: 100 }, signal });

/** The links that open a playlist; there are 50 at most. */
export const linksQuery = (id: string) => queryOptions({ queryKey: ['playlists', 'links', id], queryFn: ({ signal }) => listLinks(id, signal) });

export const useLinks = (id: string) => useQuery(linksQuery(id));
