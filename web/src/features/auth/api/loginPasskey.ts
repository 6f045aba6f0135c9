import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { Session } from '@/lib/api/types';
import { startSession } from '@/lib/session/session';

/** Whether this browser can be asked for a passkey in the form the server speaks. */
export const passkeysWork = () =>
  typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential && 'credentials' in navigator;

/** Null when the person, or the device, gave none. */
export async function loginPasskey(): Promise<Session | null> {
  const options = await post<PublicKeyCredentialRequestOptionsJSON>('/auth/passkeys/login/begin');
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  let given: Credential | null;
  try {
    given = await navigator.credentials.get({ publicKey });
  } catch (error) {
    if (error instanceof DOMException) return null; /* cancelled, timed out, or nothing to choose from: it is never told which */
    throw error;
  }
  if (!given) return null;
  return post<Session>('/auth/passkeys/login/finish', { credential: (given as PublicKeyCredential).toJSON() as unknown });
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
