import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { del, post } from '@/lib/api/client';
import { patchUser } from '@/lib/api/users/cache';
import { tellProblem } from '@/lib/toast/problem';

/** Lists that leave it out, or have it again. */
export const muteChanged = (client: QueryClient) =>
  Promise.all(['mutes', 'feed', 'discover'].map((key) => client.invalidateQueries({ queryKey: [key] })).concat(client.invalidateQueries({ queryKey: ['tracks', 'recommended'] })));

export const setNotThis = (id: string, on: boolean) => (on ? post('/tracks/{id}/not-this', { path: { id } }) : del('/tracks/{id}/not-this', { path: { id } }));
export const setPersonMuted = (id: string, on: boolean) => (on ? post('/users/{id}/mute', { path: { id } }) : del('/users/{id}/mute', { path: { id } }));

export function useNotThis() {
  const client = useQueryClient();
  return useMutation({ mutationFn: ({ id, on }: { id: string; on: boolean }) => setNotThis(id, on), onError: tellProblem, onSettled: () => muteChanged(client) });
}

export function useMutePerson() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, on }: { id: string; on: boolean }) => setPersonMuted(id, on),
    onMutate: ({ id, on }) => patchUser(client, id, () => ({ is_muted: on })),
    onError: (error, { id, on }) => {
      patchUser(client, id, () => ({ is_muted: !on }));
      tellProblem(error);
    },
    onSettled: () => muteChanged(client),
  });
}

export function useUnmute() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (id: string) => del('/users/me/mutes/{id}', { path: { id } }), onError: tellProblem, onSettled: () => muteChanged(client) });
}
