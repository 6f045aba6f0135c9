import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Reply } from '@/lib/api/address';
import { apiUrl, get } from '@/lib/api/client';

export type OauthProvider = Reply<'get', '/auth/oauth/providers'>['items'][number];

export const listProviders = (signal?: AbortSignal) => get('/auth/oauth/providers', { query: { limit: 100 }, signal });

/** Where else one may sign in; the operator's choice, which rarely changes. */
export const providersQuery = queryOptions({
  queryKey: ['oauth', 'providers'],
  queryFn: ({ signal }) => listProviders(signal),
  staleTime: 600_000,
});

export const useProviders = () => useQuery(providersQuery);

interface Way {
  /** Where to come back to, a path of ours. */
  redirect: string;
  /** For somebody who is signed in: adds the account there to the one here. */
  link?: boolean;
}

/** The address that leads to the provider; a whole page is to go there, no script. */
export const providerUrl = (id: string, { redirect, link = false }: Way) =>
  apiUrl(`/auth/oauth/${encodeURIComponent(id)}`, { redirect, link: link || null });
