import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

/** The public ones of a person, the latest changed first. */
const playlistsOfUserQuery = (id: string) =>
  endlessQuery(['playlists', 'of-user', id], (cursor, signal) => get('/users/{id}/playlists', { path: { id }, query: { cursor, limit: 12 }, signal }));

export const usePlaylistsOfUser = (id: string) => useInfiniteQuery(playlistsOfUserQuery(id));
