import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { MfaChallenge } from './api/login';
import { useTitle } from '@/lib/dom/useTitle';
import { AuthLayout } from './AuthLayout';
import { ProviderButtons } from './ProviderButtons';
import { SignInForm } from './SignInForm';

interface PasswordStepProps {
  /** Known when one comes back from the code. */
  email: string;
  /** Why one came back. */
  notice: string | null;
  onCode: (challenge: MfaChallenge, email: string) => void;
}

export function PasswordStep({ email, notice, onCode }: PasswordStepProps) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [typed, setTyped] = useState(email);
  useTitle(t('auth.login.title'));
  return (
    <AuthLayout title={t('auth.login.title')} lead={t('auth.login.lead')} poster={t('auth.login.poster')}>
      <SignInForm email={email} notice={notice} onCode={onCode} onEmail={setTyped} />
      <ProviderButtons />
      <p className="mt-6">
        <Link to="/forgot-password" state={{ email: typed }} className="font-semibold underline underline-offset-2">
          {t('auth.login.forgot')}
        </Link>
      </p>
      <p className="mt-3 text-muted">
        {t('auth.login.no_account')}{' '}
        <Link to={`/register?${params.toString()}`} className="font-semibold text-ink underline underline-offset-2">
          {t('auth.login.to_register')}
        </Link>
      </p>
    </AuthLayout>
  );
}
