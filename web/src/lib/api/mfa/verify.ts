import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { secondFactorQuery } from './status';

export const verifySecondFactor = (code: string) => post('/auth/2fa/verify', { body: { code } });

/** Switches the second factor on; the reply has the recovery codes, this once. */
export function useVerifySecondFactor() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: verifySecondFactor,
    onSuccess: () => client.invalidateQueries({ queryKey: secondFactorQuery.queryKey }),
  });
}
