import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { secondFactorQuery } from './status';

interface Proof {
  password: string;
  code: string;
}

export const disableSecondFactor = (proof: Proof) => post('/auth/2fa/disable', { body: proof });

export function useDisableSecondFactor() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: disableSecondFactor,
    onSuccess: () => client.setQueryData(secondFactorQuery.queryKey, { enabled: false, enabled_at: null, recovery_codes_left: 0 }),
  });
}
