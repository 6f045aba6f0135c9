import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';
import type { List, BlockedPerson } from '@/lib/api/types';

export const listBlocks = (cursor: string | undefined, signal?: AbortSignal) =>
  get<List<BlockedPerson>>('/users/me/blocks', { query: { cursor, limit: 20 }, signal });

/** Whom one has blocked. */
export const blocksQuery = endlessQuery(['users', 'blocks'], listBlocks);

export const useBlocks = () => useInfiniteQuery(blocksQuery);
