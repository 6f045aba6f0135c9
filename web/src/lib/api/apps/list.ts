import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** Passwords of music apps, without the passwords themselves; twenty at most. */
export const listAppPasswords = (signal?: AbortSignal) => get('/app-passwords', { query: { limit: 100 }, signal });

export const appPasswordsQuery = queryOptions({ queryKey: ['app-passwords'], queryFn: ({ signal }) => listAppPasswords(signal) });

export const useAppPasswords = () => useQuery(appPasswordsQuery);
