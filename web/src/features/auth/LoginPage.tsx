import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useMe } from '@/lib/api/auth/me';
import { applyProblem } from '@/lib/api/formErrors';
import { hasCode } from '@/lib/api/problem';
import { useTitle } from '@/lib/dom/useTitle';
import { safeNext } from '@/lib/session/next';
import { useLogin } from './api/login';
import { AuthLayout } from './AuthLayout';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { PasswordField } from '@/components/ui/PasswordField';
import { loginSchema, type LoginForm } from './schema';

export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const login = useLogin();
  const [problem, setProblem] = useState<string | null>(null);
  const next = safeNext(params.get('next'));
  const { register, handleSubmit, setError, setFocus, formState } = useForm<LoginForm>({
    resolver: zodResolver(loginSchema),
    defaultValues: { email: '', password: '' },
  });
  useTitle(t('auth.login.title'));

  if (me && !login.isPending) return <Navigate to={next} replace />;

  const submit = handleSubmit(async (form) => {
    setProblem(null);
    try {
      await login.mutateAsync(form);
      await navigate(next, { replace: true });
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
          autoComplete="email"
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
      <p className="mt-6 text-muted">
        {t('auth.login.no_account')}{' '}
        <Link to={`/register?${params.toString()}`} className="font-semibold text-ink underline underline-offset-2">
          {t('auth.login.to_register')}
        </Link>
      </p>
    </AuthLayout>
  );
}
