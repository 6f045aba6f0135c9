import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

/** Answers the same whether the address has an account or not. */
export const requestReset = (email: string) => post('/auth/password/reset-request', { body: { email } });

export const useRequestReset = () => useMutation({ mutationFn: requestReset });
