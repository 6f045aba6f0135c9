import { useMutation } from '@tanstack/react-query';
import { logoutKey } from '@/lib/api/auth/logout';
import type { Body } from '@/lib/api/address';
import { del } from '@/lib/api/client';

/** The password, or the name where there is none. */
export type DeletionProof = Body<'delete', '/users/me'>;

/** The account is hidden at once, and gone for good at the time in the reply. */
export const deleteMe = (proof: DeletionProof) => del('/users/me', { body: proof });

/** All sessions end, this one too: `endSession` comes next. */
export function useDeleteMe() {
  return useMutation({ mutationKey: logoutKey, mutationFn: deleteMe });
}
