/* Who is in a room. */

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, patch, post } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';
import type { ChatMember } from '@/lib/api/schema';
import { conversationQuery } from './conversations';

export type Role = ChatMember['role'];

const membersQuery = (id: string, q: string) =>
  endlessQuery(['chat', 'members', id, q], (cursor, signal) => get('/conversations/{id}/members', { path: { id }, query: { q, limit: 50, cursor }, signal }));

export const useMembers = (id: string, q = '', enabled = true) => useInfiniteQuery({ ...membersQuery(id, q), enabled });

function useChange<T>(id: string, change: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['chat', 'members', id] }), client.invalidateQueries({ queryKey: conversationQuery(id).queryKey })]),
  });
}

export const useAddMember = (id: string) => useChange(id, (user_id: string) => post('/conversations/{id}/members', { path: { id }, body: { user_id } }));

export const useChangeRole = (id: string) =>
  useChange(id, ({ userId, role }: { userId: string; role: Role }) => patch('/conversations/{id}/members/{userId}', { path: { id, userId }, body: { role } }));

export const useRemoveMember = (id: string) => useChange(id, (userId: string) => del('/conversations/{id}/members/{userId}', { path: { id, userId } }));

/** Taken out, and kept out. */
export const useBanMember = (id: string) => useChange(id, (user_id: string) => post('/conversations/{id}/bans', { path: { id }, body: { user_id } }));
