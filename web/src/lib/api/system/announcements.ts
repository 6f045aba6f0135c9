import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getAnnouncements = (signal?: AbortSignal) => get('/announcements/active', { signal });

export const announcementsQuery = queryOptions({
  queryKey: ['announcements'],
  queryFn: ({ signal }) => getAnnouncements(signal),
  staleTime: 5 * 60_000,
});

export const useAnnouncements = () => useQuery(announcementsQuery);
