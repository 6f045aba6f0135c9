import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { post } from '@/lib/api/client';

export const verifyEmail = (token: string) => post('/auth/verify-email', { body: { token } });

export function useVerifyEmail() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: verifyEmail,
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
}
