import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

const MOST = 30;

export const listGenres = (signal?: AbortSignal) => get('/genres', { query: { limit: MOST }, signal });

/** The genres that tracks have, the most used first. */
export const genresQuery = queryOptions({ queryKey: ['tracks', 'genres'], queryFn: ({ signal }) => listGenres(signal) });
