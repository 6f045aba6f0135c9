import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { Passkey } from '@/lib/api/schema';
import { askDevice } from '@/lib/passkeys/device';
import { passkeysQuery } from './list';

interface NewPasskey {
  password: string;
  name: string;
}

/** Null when the person, or the device, made none. */
export async function addPasskey({ password, name }: NewPasskey): Promise<Passkey | null> {
  const options = await post('/auth/passkeys/register/begin', { body: { password } });
  const made = await askDevice(() => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON) }));
  return made ? post('/auth/passkeys/register/finish', { body: { credential: made, name } }) : null;
}

export function useAddPasskey() {
  const client = useQueryClient();
  return useMutation({ mutationFn: addPasskey, onSuccess: () => client.invalidateQueries({ queryKey: passkeysQuery.queryKey }) });
}
