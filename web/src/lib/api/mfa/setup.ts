import { useMutation } from '@tanstack/react-query';
import type { Reply } from '@/lib/api/address';
import { post } from '@/lib/api/client';

export type SecondFactorSecret = Reply<'post', '/auth/2fa/setup'>;

/** Makes a secret; nothing is asked for at sign-in until a first code has proven that the app has it. */
export const setUpSecondFactor = (password: string) => post('/auth/2fa/setup', { body: { password } });

export const useSetUpSecondFactor = () => useMutation({ mutationFn: setUpSecondFactor });
