import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** The formats in which one may download a track; asks again while one of them is being made. `share` is the token of a link. */
export const downloadsQuery = (id: string, share: string | null) =>
  queryOptions({
    queryKey: ['downloads', id, share],
    queryFn: ({ signal }) => get('/tracks/{id}/downloads', { path: { id }, query: { share }, signal }),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === 'making') ? 1000 : false),
  });

export const useDownloads = (id: string, share: string | null) => useQuery(downloadsQuery(id, share));
