import { zodResolver } from '@hookform/resolvers/zod';
import { Check } from 'lucide-react';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useMe } from '@/lib/api/auth/me';
import { applyProblem } from '@/lib/api/formErrors';
import { hasCode } from '@/lib/api/problem';
import { useDebounced } from '@/lib/dom/useDebounced';
import { useTitle } from '@/lib/dom/useTitle';
import { safeNext } from '@/lib/session/next';
import { useUsernameCheck } from './api/checkUsername';
import { useRegister } from './api/register';
import { AuthLayout } from './AuthLayout';
import { ProviderButtons } from './ProviderButtons';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { PasswordField } from '@/components/ui/PasswordField';
import { registerSchema, type RegisterForm } from './schema';

export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const create = useRegister();
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, control, formState } = useForm<RegisterForm>({
    resolver: zodResolver(registerSchema),
    mode: 'onTouched',
    defaultValues: { username: '', email: '', password: '' },
  });
  useTitle(t('auth.register.title'));

  const username = useDebounced(useWatch({ control, name: 'username' }).trim(), 350);
  const check = useUsernameCheck(username, registerSchema.shape.username.safeParse(username).success);
  const taken = check.data?.username.toLowerCase() === username.toLowerCase() ? check.data.reason : null;

  if (me && create.isIdle) return <Navigate to={safeNext(params.get('next'))} replace />;

  const submit = handleSubmit(async (form) => {
    setProblem(null);
    try {
      await create.mutateAsync(form);
      await navigate('/verify-email', { replace: true, state: { welcome: true, next: safeNext(params.get('next')) } });
    } catch (error) {
      if (hasCode(error, 'username_taken')) setError('username', { message: 'taken' }, { shouldFocus: true });
      else if (hasCode(error, 'email_taken')) setError('email', { message: 'email_taken' }, { shouldFocus: true });
      else setProblem(applyProblem(error, ['username', 'email', 'password'], setError, t));
    }
  });

  const usernameError = fieldMessage(formState.errors.username?.message ?? taken ?? undefined, t);
  return (
    <AuthLayout title={t('auth.register.title')} lead={t('auth.register.lead')} poster={t('auth.register.poster')}>
      <form onSubmit={(event) => void submit(event)} noValidate className="space-y-5">
        {problem && <FormError>{problem}</FormError>}
        <TextField
          label={t('auth.field.username')}
          hint={t('auth.hint.username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          {...register('username')}
          error={usernameError}
          trailing={
            check.data?.available && !usernameError ? (
              <Check size={18} role="img" aria-label={t('auth.username_free')} className="me-2.5 text-ok" />
            ) : undefined
          }
        />
        <TextField
          label={t('auth.field.email')}
          type="email"
          autoComplete="email"
          {...register('email')}
          error={fieldMessage(formState.errors.email?.message, t)}
        />
        <PasswordField
          label={t('auth.field.password')}
          hint={t('auth.hint.password')}
          autoComplete="new-password"
          {...register('password')}
          error={fieldMessage(formState.errors.password?.message, t)}
        />
        <Button type="submit" tone="accent" size="lg" busy={create.isPending} className="w-full">
          {t('auth.register.submit')}
        </Button>
      </form>
      <ProviderButtons />
      <p className="mt-6 text-muted">
        {t('auth.register.have_account')}{' '}
        <Link to={`/login?${params.toString()}`} className="font-semibold text-ink underline underline-offset-2">
          {t('auth.register.to_login')}
        </Link>
      </p>
    </AuthLayout>
  );
}
