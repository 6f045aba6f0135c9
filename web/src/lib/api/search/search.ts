import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Reply } from '@/lib/api/address';
import { get } from '@/lib/api/client';
import type { Release } from '@/lib/api/schema';

export type SearchReply = Reply<'get', '/search'>;
export type SearchKind = 'tracks' | 'releases' | 'users' | 'playlists';
export type SearchSort = 'relevance' | 'newest' | 'oldest' | 'title';

export interface SearchFilter {
  q: string;
  type?: SearchKind | 'all';
  page?: number;
  limit?: number;
  sort?: SearchSort;
  genre?: string;
  tag?: string;
  key?: string;
  compatible?: boolean;
  bpm_from?: number;
  bpm_to?: number;
  year_from?: number;
  year_to?: number;
  /** Seconds. */
  duration_from?: number;
  duration_to?: number;
  licence?: Release['licence'];
  downloadable?: boolean;
  explain?: boolean;
}

const searchFor = (filter: SearchFilter, signal: AbortSignal) => get('/search', { query: { ...filter }, signal });

const TRIES = 3;
const PAUSE_MS = 300;

/** Where time was up before anything was found, as it may be right after a start of the server, it is asked again. */
async function searchUntilFound(filter: SearchFilter, signal: AbortSignal): Promise<SearchReply> {
  for (let tried = 1; ; tried++) {
    const reply = await searchFor(filter, signal);
    if (tried === TRIES || !reply.partial || reply.order.some((kind) => reply[kind].items.length > 0)) return reply;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Kept by what was asked for, so that a late answer never replaces a newer one. */
export const searchQuery = (filter: SearchFilter) =>
  queryOptions({
    queryKey: ['search', filter],
    queryFn: ({ signal }) => searchUntilFound(filter, signal),
    enabled: filter.q.length > 0,
    placeholderData: keepPreviousData,
  });
