import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

export const resendVerification = (email: string) => post<{ message: string }>('/auth/resend-verification', { email });

export const useResendVerification = () => useMutation({ mutationFn: resendVerification });
