import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const listAttempts = (page: number, signal?: AbortSignal) =>
  get('/auth/login-history', { query: { page, limit: 10 }, signal });

/** Who signed in, or tried to, newest first. */
export const attemptsQuery = (page: number) =>
  queryOptions({ queryKey: ['login-history', page], queryFn: ({ signal }) => listAttempts(page, signal), placeholderData: keepPreviousData });

export const useAttempts = (page: number) => useQuery(attemptsQuery(page));
