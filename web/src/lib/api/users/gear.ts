import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const listGear = (id: string, signal?: AbortSignal) => get('/users/{id}/gear', { path: { id }, query: { limit: 100 }, signal });

/** The equipment that a person shows to others. */
export const gearQuery = (id: string) => queryOptions({ queryKey: ['users', 'gear', id], queryFn: ({ signal }) => listGear(id, signal) });

export const useGear = (id: string) => useQuery(gearQuery(id));
