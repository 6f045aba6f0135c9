import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';

/** What somebody likes, the latest first. */
export const likedTracksQuery = (id: string) =>
  endlessQuery(['tracks', 'liked', id], (cursor, signal) => get('/users/{id}/likes', { path: { id }, query: { cursor, limit: cursor ? LATER : 50, total: !cursor }, signal }));

export const useLikedTracks = (id: string) => useInfiniteQuery(likedTracksQuery(id));
