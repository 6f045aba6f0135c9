/* The second step of signing in: six digits of an authenticator app, or a recovery code. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CodeForm } from '@/components/ui/CodeForm';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { MfaChallenge } from '@/lib/api/types';
import { useTitle } from '@/lib/dom/useTitle';
import { useLoginCode } from './api/loginCode';
import { AuthLayout } from './AuthLayout';

interface CodeStepProps {
  challenge: MfaChallenge;
  /** Back to the password; `why` when the server wants it so. */
  onBack: (why: string | null) => void;
}

export function CodeStep({ challenge, onBack }: CodeStepProps) {
  const { t } = useTranslation();
  const [method, setMethod] = useState(challenge.methods.includes('totp') ? 'totp' : 'recovery_code');
  const signIn = useLoginCode();
  useTitle(t('auth.code.title'));

  async function send(code: string) {
    try {
      await signIn.mutateAsync({ mfa_token: challenge.mfa_token, code });
    } catch (error) {
      if (hasCode(error, 'mfa_token_invalid')) onBack(problemText(error, t));
      else throw error;
    }
  }

  return (
    <AuthLayout
      title={t('auth.code.title')}
      lead={t(method === 'totp' ? 'auth.code.lead_totp' : 'auth.code.lead_recovery')}
      poster={t('auth.login.poster')}
    >
      <CodeForm methods={challenge.methods} submit={t('auth.code.submit')} size="lg" onCode={send} onMethod={setMethod} />
      <Button tone="quiet" className="mt-4" onClick={() => onBack(null)}>
        {t('auth.code.back')}
      </Button>
    </AuthLayout>
  );
}
