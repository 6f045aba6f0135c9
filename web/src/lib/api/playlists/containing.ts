import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const listPlaylistsWith = (track_id: string, signal?: AbortSignal) => get('/playlists', { query: { track_id, limit: 100 }, signal });

export const playlistsWithQuery = (trackId: string) =>
  queryOptions({ queryKey: ['playlists', 'with', trackId], queryFn: ({ signal }) => listPlaylistsWith(trackId, signal), staleTime: 0 });

/** Those of one's playlists that have this track already. */
export const usePlaylistsWith = (trackId: string, enabled = true) => useQuery({ ...playlistsWithQuery(trackId), enabled });
