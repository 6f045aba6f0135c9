/* What came of a playlist, for its owner. */

import { queryOptions, useQuery } from '@tanstack/react-query';
import { get, post } from '@/lib/api/client';

const analyticsQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: ['playlists', 'analytics', id, days],
    queryFn: ({ signal }) => get('/playlists/{id}/analytics', { path: { id }, query: { days }, signal }),
    staleTime: 0,
    placeholderData: (before) => before,
  });

export const useAnalytics = (id: string, days: number) => useQuery(analyticsQuery(id, days));

/** Once a visit of its page. That it is not counted is nothing to tell anybody. */
export const tellOpened = (id: string) => void post('/playlists/{id}/opened', { path: { id } }).catch(() => undefined);
