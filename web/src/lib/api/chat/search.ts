/* Finding messages, and those that are pinned. */

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

export const CONTENTS = ['link', 'file', 'image', 'audio', 'track'] as const;
export type Content = (typeof CONTENTS)[number];

export interface MessageSearch {
  q: string;
  has: Content | '';
  /** Only in this conversation. */
  room: string | null;
}

export const useMessageSearch = ({ q, has, room }: MessageSearch) =>
  useInfiniteQuery({
    ...endlessQuery(['chat', 'search', room, q, has], (cursor, signal) => get('/chat/search', { query: { q: q || undefined, has: has || undefined, in: room, limit: 20, cursor }, signal })),
    enabled: q.length > 0 || has !== '',
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

export const usePins = (id: string) =>
  useInfiniteQuery(endlessQuery(['chat', 'pins', id], (cursor, signal) => get('/conversations/{id}/pins', { path: { id }, query: { limit: 50, cursor }, signal })));
