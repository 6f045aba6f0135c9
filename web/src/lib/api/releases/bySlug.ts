import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** By a slug that it has or once had. */
export const releaseQuery = (slug: string) =>
  queryOptions({ queryKey: ['releases', 'one', slug], queryFn: ({ signal }) => get('/releases/by-slug/{slug}', { path: { slug }, signal }) });

export const useRelease = (slug: string) => useQuery(releaseQuery(slug));
