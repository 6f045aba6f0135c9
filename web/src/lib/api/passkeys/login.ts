import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';
import { askDevice } from '@/lib/passkeys/device';
import { startSession, type OpenedSession } from '@/lib/session/session';

export const beginPasskeyLogin = () => post('/auth/passkeys/login/begin');

export const finishPasskeyLogin = (credential: Body<'post', '/auth/passkeys/login/finish'>['credential']) => post('/auth/passkeys/login/finish', { body: { credential } });

/** Null when the person, or the device, gave none. */
export async function loginPasskey(): Promise<OpenedSession | null> {
  const options = await beginPasskeyLogin();
  const given = await askDevice(() => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }));
  return given ? finishPasskeyLogin(given) : null;
}

export function useLoginPasskey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: loginPasskey,
    onSuccess: (session) => {
      if (session) startSession(client, session);
    },
  });
}
