import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

const listFeed = (cursor: string | undefined, signal?: AbortSignal) => get('/feed', { query: { limit: 20, ...(cursor && { cursor }) }, signal });

/** What is new from people, genres and tags that one follows. */
export const feedQuery = endlessQuery(['feed'], listFeed);

export const useFeed = () => useInfiniteQuery(feedQuery);
