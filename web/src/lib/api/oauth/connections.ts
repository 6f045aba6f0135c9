import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const listConnections = (signal?: AbortSignal) =>
  get('/auth/oauth/connections', { query: { limit: 100 }, signal });

export const connectionsQuery = queryOptions({ queryKey: ['oauth', 'connections'], queryFn: ({ signal }) => listConnections(signal) });

export const useConnections = () => useQuery(connectionsQuery);
