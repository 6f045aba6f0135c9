import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

/** Proves the second factor once more for this session. */
export const stepUp = (code: string) => post('/auth/2fa/step-up', { body: { code } });

export const useStepUpCode = () => useMutation({ mutationFn: stepUp });
