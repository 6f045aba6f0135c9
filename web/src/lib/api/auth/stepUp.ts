import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

/** Proves the password once more for this session. */
export const stepUpByPassword = (password: string) => post('/auth/step-up', { body: { password } });

export const useStepUpPassword = () => useMutation({ mutationFn: stepUpByPassword });
