import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

/** Services that are told what one listened to; ten at most. */
export const scrobblingQuery = queryOptions({ queryKey: ['scrobbling'], queryFn: ({ signal }) => get('/scrobbling', { query: { limit: 100 }, signal }) });

export const useScrobbling = () => useQuery(scrobblingQuery);

/** Which there are, and whether the operator has a key for Last.fm. */
export const scrobblingServicesQuery = queryOptions({ queryKey: ['scrobbling', 'services'], queryFn: ({ signal }) => get('/scrobbling/services', { signal }) });

export const useScrobblingServices = () => useQuery(scrobblingServicesQuery);
