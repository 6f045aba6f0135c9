import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

/** What is in a release, disc after disc. */
export const releaseTracksQuery = (id: string) =>
  endlessQuery(['releases', 'tracks', id], (cursor, signal) => get('/releases/{id}/tracks', { path: { id }, query: { cursor, limit: 100 }, signal }));

export const useReleaseTracks = (id: string) => useInfiniteQuery(releaseTracksQuery(id));
