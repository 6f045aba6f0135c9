import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getSecondFactor = (signal?: AbortSignal) => get('/auth/2fa/status', { signal });

/** Whether an authenticator app is asked for at sign-in, and how many recovery codes are left. */
export const secondFactorQuery = queryOptions({
  queryKey: ['mfa', 'status'],
  queryFn: ({ signal }) => getSecondFactor(signal),
});

export const useSecondFactor = () => useQuery(secondFactorQuery);
