/* Signing in without a password. The device asks for the person; there is nothing to type here. */

import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { useLoginPasskey } from '@/lib/api/passkeys/login';
import { problemText } from '@/lib/api/problemText';
import { passkeysWork } from '@/lib/passkeys/device';
import { useConditionalPasskey } from './useConditionalPasskey';

export function PasskeyButton() {
  const { t } = useTranslation();
  const signIn = useLoginPasskey();
  const [refused, setRefused] = useState<unknown>(null);
  useConditionalPasskey(signIn.isPending, setRefused);
  if (!passkeysWork()) return null;
  const wrong = signIn.error ?? refused;
  return (
    <div className="mt-3 space-y-3">
      <Button
        size="lg"
        busy={signIn.isPending}
        onClick={() => {
          setRefused(null);
          signIn.mutate();
        }}
        className="w-full"
      >
        <KeyRound size={18} aria-hidden />
        {t('auth.login.passkey')}
      </Button>
      {wrong != null && <FormError>{problemText(wrong, t)}</FormError>}
      <p role="status" className="text-sm text-muted">
        {signIn.isSuccess && !signIn.data && t('auth.login.passkey_none')}
      </p>
    </div>
  );
}
