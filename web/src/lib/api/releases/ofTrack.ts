import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

const MOST = 5;

/** The releases that a track is on, as far as one may see them: of one's own tracks also those that are not out. */
const releasesOfTrackQuery = (track_id: string, mine: boolean) =>
  queryOptions({
    queryKey: ['releases', 'list', 'of-track', track_id, mine],
    queryFn: ({ signal }) => get('/releases', { query: { track_id, limit: MOST, ...(mine && { mine }) }, signal }),
  });

export const useReleasesOfTrack = (id: string, mine: boolean) => useQuery(releasesOfTrackQuery(id, mine));
