import { useMutation } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { SecondFactorSecret } from '@/lib/api/types';

/** Makes a secret; nothing is asked for at sign-in until a first code has proven that the app has it. */
export const setUpSecondFactor = (password: string) => post<SecondFactorSecret>('/auth/2fa/setup', { password });

export const useSetUpSecondFactor = () => useMutation({ mutationFn: setUpSecondFactor });
