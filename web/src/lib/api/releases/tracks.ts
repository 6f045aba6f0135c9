import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

/** What is in a release, disc after disc. */
export const releaseTracksQuery = (id: string) =>
  endlessQuery(['releases', 'tracks', id], (cursor, signal) => get('/releases/{id}/tracks', { path: { id }, query: { cursor, limit: 100 }, signal }));

export const useReleaseTracks = (id: string) => useInfiniteQuery(releaseTracksQuery(id));

/** Asked anew each time: those of its tracks that nobody else can hear yet, the first hundred, and how many there are. */
export const unreadyTracks = (id: string) => get('/releases/{id}/tracks', { path: { id }, query: { unready: true, limit: 100, total: true } });
