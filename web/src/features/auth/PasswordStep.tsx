import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { PasswordField } from '@/components/ui/PasswordField';
import { applyProblem } from '@/lib/api/formErrors';
import { hasCode } from '@/lib/api/problem';
import type { MfaChallenge } from '@/lib/api/types';
import { useTitle } from '@/lib/dom/useTitle';
import { asksForCode, useLogin } from './api/login';
import { AuthLayout } from './AuthLayout';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { PasskeyButton } from './PasskeyButton';
import { ProviderButtons } from './ProviderButtons';
import { loginSchema, type LoginForm } from './schema';

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
  const login = useLogin();
  const [problem, setProblem] = useState(notice);
  const { register, handleSubmit, setError, setFocus, control, formState } = useForm<LoginForm>({
    resolver: zodResolver(loginSchema),
    defaultValues: { email, password: '' },
  });
  const typed = useWatch({ control, name: 'email' });
  useTitle(t('auth.login.title'));
  useEffect(() => {
    if (email) setFocus('password');
  }, [email, setFocus]);

  const submit = handleSubmit(async (form) => {
    setProblem(null);
    try {
      const reply = await login.mutateAsync(form);
      if (asksForCode(reply)) onCode(reply, form.email);
    } catch (error) {
      setProblem(applyProblem(error, ['email', 'password'], setError, t));
      if (hasCode(error, 'invalid_credentials')) setFocus('password', { shouldSelect: true });
    }
  });

  return (
    <AuthLayout title={t('auth.login.title')} lead={t('auth.login.lead')} poster={t('auth.login.poster')}>
      <form onSubmit={(event) => void submit(event)} noValidate className="space-y-5">
        {problem && (
          <FormError>
            {problem}{' '}
            {hasCode(login.error, 'email_not_verified') && (
              <Link to="/verify-email" className="font-semibold underline">
                {t('auth.verify.resend')}
              </Link>
            )}
          </FormError>
        )}
        <TextField
          label={t('auth.field.email')}
          type="email"
          autoComplete="username webauthn"
          {...register('email')}
          error={fieldMessage(formState.errors.email?.message, t)}
        />
        <PasswordField
          label={t('auth.field.password')}
          autoComplete="current-password"
          {...register('password')}
          error={fieldMessage(formState.errors.password?.message, t)}
        />
        <Button type="submit" tone="accent" size="lg" busy={login.isPending} className="w-full">
          {t('auth.login.submit')}
        </Button>
      </form>
      <PasskeyButton />
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
