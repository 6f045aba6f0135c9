/* The conversations of a person, the latest active first; one of them; public rooms. */

import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

const listConversations = (cursor: string | undefined, signal: AbortSignal) => get('/conversations', { query: { limit: 50, cursor }, signal });

export const conversationsQuery = endlessQuery(['chat', 'list'], listConversations);

export const useConversations = () => useInfiniteQuery(conversationsQuery);

export const conversationQuery = (id: string) => queryOptions({ queryKey: ['chat', 'one', id], queryFn: ({ signal }) => get('/conversations/{id}', { path: { id }, signal }) });

export const useConversation = (id: string) => useQuery(conversationQuery(id));

/** Public rooms with these letters in their names. */
export const usePublicRooms = (q: string) =>
  useInfiniteQuery(endlessQuery(['chat', 'public', q], (cursor, signal) => get('/conversations', { query: { public: true, q, limit: 20, cursor }, signal })));
