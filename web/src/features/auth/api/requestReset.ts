import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

/** Answers the same whether the address has an account or not. */
export const requestReset = (email: string) => post<{ message: string }>('/auth/password/reset-request', { email });

export const useRequestReset = () => useMutation({ mutationFn: requestReset });
