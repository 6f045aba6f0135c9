import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del, post } from '@/lib/api/client';
import { tellProblem } from '@/lib/toast/problem';
import { patchUser } from './cache';

/** The bell of somebody whom one follows: told of each release at once. */
export function useBell() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, on }: { id: string; on: boolean }) => (on ? post('/users/{id}/bell', { path: { id } }) : del('/users/{id}/bell', { path: { id } })),
    scope: { id: 'follow' },
    onMutate: ({ id, on }) => patchUser(client, id, () => ({ has_bell: on })),
    onError: (error, { id, on }) => {
      patchUser(client, id, () => ({ has_bell: !on }));
      tellProblem(error);
    },
  });
}
