/* The second step of signing in: six digits of an authenticator app, or a recovery code. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MfaChallenge } from './api/login';
import { useTitle } from '@/lib/dom/useTitle';
import { AuthLayout } from './AuthLayout';
import { CodeSignIn } from './CodeSignIn';

interface CodeStepProps {
  challenge: MfaChallenge;
  /** Back to the password; `why` when the server wants it so. */
  onBack: (why: string | null) => void;
}

export function CodeStep({ challenge, onBack }: CodeStepProps) {
  const { t } = useTranslation();
  const [method, setMethod] = useState(challenge.methods.includes('totp') ? 'totp' : 'recovery_code');
  useTitle(t('auth.code.title'));
  return (
    <AuthLayout
      title={t('auth.code.title')}
      lead={t(method === 'totp' ? 'auth.code.lead_totp' : 'auth.code.lead_recovery')}
      poster={t('auth.login.poster')}
    >
      <CodeSignIn challenge={challenge} onBack={onBack} onMethod={setMethod} />
    </AuthLayout>
  );
}
