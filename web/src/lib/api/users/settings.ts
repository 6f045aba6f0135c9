import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getSettings = (signal?: AbortSignal) => get('/users/settings', { signal });

export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: ({ signal }) => getSettings(signal) });

export const useSettings = () => useQuery(settingsQuery);
