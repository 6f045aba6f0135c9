import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const listApiKeys = (signal?: AbortSignal) => get('/developer/api-keys', { query: { limit: 100 }, signal });

export const apiKeysQuery = queryOptions({ queryKey: ['api-keys'], queryFn: ({ signal }) => listApiKeys(signal) });

export const useApiKeys = () => useQuery(apiKeysQuery);
