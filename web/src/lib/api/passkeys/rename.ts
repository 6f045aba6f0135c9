import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '@/lib/api/client';
import { passkeysQuery } from './list';

interface Rename {
  id: string;
  name: string;
}

export const renamePasskey = ({ id, name }: Rename) => put('/auth/passkeys/{id}', { path: { id }, body: { name } });

/** The new name shows at once; the old one comes back when the server refuses. */
export function useRenamePasskey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: renamePasskey,
    onMutate: async ({ id, name }) => {
      await client.cancelQueries({ queryKey: passkeysQuery.queryKey });
      client.setQueryData(
        passkeysQuery.queryKey,
        (list) => list && { ...list, items: list.items.map((one) => (one.id === id ? { ...one, name } : one)) },
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: passkeysQuery.queryKey }),
  });
}
