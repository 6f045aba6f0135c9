import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const listSessions = (page: number, signal?: AbortSignal) => get('/sessions', { query: { page, limit: 20 }, signal });

/** Where one is signed in. */
export const sessionsQuery = (page: number) =>
  queryOptions({ queryKey: ['sessions', 'list', page], queryFn: ({ signal }) => listSessions(page, signal) });

export const useSessions = (page: number) => useQuery(sessionsQuery(page));
