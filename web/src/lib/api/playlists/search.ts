import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** Public ones, and those that one works on, by their names. */
export const playlistSearchQuery = (q: string, limit: number) =>
  queryOptions({ queryKey: ['playlists', 'search', q, limit], queryFn: ({ signal }) => get('/playlists/search', { query: { q, limit }, signal }) });
