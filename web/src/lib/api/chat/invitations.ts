/* Links that lead into a room. */

import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/lib/api/client';
import { invalidateConversations } from './cache';
import { conversationQuery } from './conversations';

/** Its token is told this once. */
export const useInvite = (id: string) => useMutation({ mutationFn: () => post('/conversations/{id}/invitations', { path: { id }, body: {} }) });

const invitationQuery = (token: string) =>
  queryOptions({ queryKey: ['chat', 'invitation', token], queryFn: ({ signal }) => get('/conversations/join/{token}', { path: { token }, signal }), staleTime: 0 });

export const useInvitation = (token: string) => useQuery(invitationQuery(token));

export function useAcceptInvitation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => post('/conversations/join/{token}', { path: { token } }),
    onSuccess: (room) => {
      client.setQueryData(conversationQuery(room.id).queryKey, room);
      invalidateConversations(client);
    },
  });
}
