import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getPlaylist = (id: string, signal?: AbortSignal) => get('/playlists/{id}', { path: { id }, signal });

export const playlistQuery = (id: string) => queryOptions({ queryKey: ['playlists', 'one', id], queryFn: ({ signal }) => getPlaylist(id, signal) });

export const usePlaylist = (id: string) => useQuery(playlistQuery(id));
