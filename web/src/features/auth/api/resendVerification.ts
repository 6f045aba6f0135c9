import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

export const resendVerification = (email: string) => post('/auth/resend-verification', { body: { email } });

export const useResendVerification = () => useMutation({ mutationFn: resendVerification });
