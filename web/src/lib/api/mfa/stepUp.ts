import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

/** Proves the second factor once more for this session. */
export const stepUp = (code: string) => post<{ mfa_until: string }>('/auth/2fa/step-up', { code });

export const useStepUpCode = () => useMutation({ mutationFn: stepUp });
