/* Signing in without a password. The device asks for the person; there is nothing to type here. */

import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { problemText } from '@/lib/api/problemText';
import { passkeysWork, useLoginPasskey } from './api/loginPasskey';

export function PasskeyButton() {
  const { t } = useTranslation();
  const signIn = useLoginPasskey();
  if (!passkeysWork()) return null;
  return (
    <div className="mt-3 space-y-3">
      <Button size="lg" busy={signIn.isPending} onClick={() => signIn.mutate()} className="w-full">
        <KeyRound size={18} aria-hidden />
        {t('auth.login.passkey')}
      </Button>
      {signIn.isError && <FormError>{problemText(signIn.error, t)}</FormError>}
      <p role="status" className="text-sm text-muted">
        {signIn.isSuccess && !signIn.data && t('auth.login.passkey_none')}
      </p>
    </div>
  );
}
