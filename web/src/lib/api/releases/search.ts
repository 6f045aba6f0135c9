import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** The first public ones by words of their titles and artists. */
export const releaseSearchQuery = (q: string, limit: number) =>
  queryOptions({ queryKey: ['releases', 'search', q, limit], queryFn: ({ signal }) => get('/releases', { query: { q, limit }, signal }) });
