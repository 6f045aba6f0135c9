import { Check } from 'lucide-react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { useMe } from '@/lib/api/auth/me';
import { hasCode } from '@/lib/api/problem';
import { useDebounced } from '@/lib/dom/useDebounced';
import { useTitle } from '@/lib/dom/useTitle';
import { useForm } from '@/lib/form/useForm';
import { safeNext } from '@/lib/session/next';
import { useUsernameCheck } from './api/checkUsername';
import { useRegister } from './api/register';
import { AuthLayout } from './AuthLayout';
import { ProviderButtons } from './ProviderButtons';
import { PasswordField } from '@/components/ui/PasswordField';
import { registerSchema } from './schema';

export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const create = useRegister();
  const form = useForm({
    schema: registerSchema,
    mode: 'onTouched',
    values: { username: '', email: '', password: '' },
    async send(values) {
      await create.mutateAsync(values);
      await navigate('/verify-email', { replace: true, state: { welcome: true, next: safeNext(params.get('next')) } });
    },
    refused(error) {
      if (hasCode(error, 'username_taken')) return { username: 'username_taken' };
      return hasCode(error, 'email_taken') ? { email: 'email_taken' } : undefined;
    },
  });
  useTitle(t('auth.register.title'));

  const username = useDebounced(useWatch({ control: form.control, name: 'username' }).trim(), 350);
  const check = useUsernameCheck(username, registerSchema.shape.username.safeParse(username).success);
  const taken = check.data?.username.toLowerCase() === username.toLowerCase() ? check.data.reason : null;

  if (me && create.isIdle) return <Navigate to={safeNext(params.get('next'))} replace />;

  const usernameField = form.field('username');
  const usernameError = usernameField.error ?? (taken ? t(`errors.field.username_${taken}`) : undefined);
  return (
    <AuthLayout title={t('auth.register.title')} lead={t('auth.register.lead')} poster={t('auth.register.poster')}>
      <Form form={form}>
        <TextField
          label={t('common.username')}
          hint={t('auth.hint.username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          {...usernameField}
          error={usernameError}
          trailing={
            check.data?.available && !usernameError ? (
              <Check size={18} role="img" aria-label={t('auth.username_free')} className="me-2.5 text-ok" />
            ) : undefined
          }
        />
        <TextField
          label={t('common.email')}
          type="email"
          autoComplete="email"
          {...form.field('email')}
        />
        <PasswordField
          label={t('auth.field.password')}
          hint={t('common.password.hint')}
          autoComplete="new-password"
          {...form.field('password')}
        />
        <Button type="submit" tone="accent" size="lg" busy={form.busy} className="w-full">
          {t('auth.register.submit')}
        </Button>
      </Form>
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
