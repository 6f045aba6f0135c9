import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';

/** Proves the password once more for this session. */
export const stepUpByPassword = (password: string) => post<{ proven_until: string }>('/auth/step-up', { password });

export const useStepUpPassword = () => useMutation({ mutationFn: stepUpByPassword });
