import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';

/** Those of others that one follows, latest followed first. */
export const followedQuery = endlessQuery(['playlists', 'followed'], (cursor, signal) => get('/playlists/followed', { query: { cursor, limit: cursor ? LATER : 50 }, signal }));

export const useFollowed = () => useInfiniteQuery(followedQuery);
