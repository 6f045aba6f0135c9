import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

export const listBlocks = (cursor: string | undefined, signal?: AbortSignal) => get('/users/me/blocks', { query: { cursor, limit: 20 }, signal });

/** Whom one has blocked. */
export const blocksQuery = endlessQuery(['users', 'blocks'], listBlocks);

export const useBlocks = () => useInfiniteQuery(blocksQuery);
