import { queryOptions } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import type { Genre, List } from '@/lib/api/types';

const MOST = 30;

export const listGenres = (signal?: AbortSignal) => get<List<Genre>>('/genres', { query: { limit: MOST }, signal });

/** The genres that tracks have, the most used first. */
export const genresQuery = queryOptions({ queryKey: ['tracks', 'genres'], queryFn: ({ signal }) => listGenres(signal) });
