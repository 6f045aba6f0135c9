import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** Nobody has more than a handful: all of them at once. */
export const listPasskeys = (signal?: AbortSignal) => get('/auth/passkeys', { query: { limit: 100 }, signal });

export const passkeysQuery = queryOptions({ queryKey: ['passkeys'], queryFn: ({ signal }) => listPasskeys(signal) });

export const usePasskeys = () => useQuery(passkeysQuery);
