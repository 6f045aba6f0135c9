import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';

export const listPlaylists = (cursor: string | undefined, signal?: AbortSignal) => get('/playlists', { query: { cursor, limit: cursor ? LATER : 50, total: !cursor }, signal });

/** Those that one may change, the latest changed first. */
export const playlistsQuery = endlessQuery(['playlists', 'list'], listPlaylists);

export const usePlaylists = () => useInfiniteQuery(playlistsQuery);
