/* Where the link of a mail leads: sets a new password with the token in the address. */

import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { Form } from '@/components/ui/Form';
import { hasCode } from '@/lib/api/problem';
import { useTitle } from '@/lib/dom/useTitle';
import { useForm } from '@/lib/form/useForm';
import { useResetPassword } from './api/resetPassword';
import { AuthLayout } from './AuthLayout';
import { CheckField } from '@/components/ui/CheckField';
import { PasswordField } from '@/components/ui/PasswordField';
import { resetSchema } from './schema';

interface OutcomeProps {
  title: string;
  lead: string;
  to: string;
  action: string;
}

/** How it ended and the one way on, which takes the focus: the form that had it is gone. */
function Outcome({ title, lead, to, action }: OutcomeProps) {
  const { t } = useTranslation();
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus(), []);
  return (
    <AuthLayout title={title} lead={<span role="status">{lead}</span>} poster={t('auth.reset.poster')}>
      <Button asChild tone="accent" size="lg">
        <Link ref={link} to={to}>
          {action}
        </Link>
      </Button>
    </AuthLayout>
  );
}

function NewPassword({ token }: { token: string }) {
  const { t } = useTranslation();
  const replace = useResetPassword();
  const form = useForm({
    schema: resetSchema,
    mode: 'onTouched',
    values: { password: '', revoke_api_keys: false },
    send: (values) => replace.mutateAsync({ token, ...values }),
  });

  if (replace.isSuccess) {
    const left = replace.data.api_keys_left;
    const lead = left ? `${t('auth.reset.done_text')} ${t('auth.reset.keys_left', { count: left })}` : t('auth.reset.done_text');
    return <Outcome title={t('auth.reset.done_title')} lead={lead} to="/login" action={t('frame.sign_in')} />;
  }
  /* used, expired, or cut short on its way through a mail program */
  const spent = hasCode(replace.error, 'token_invalid') || (hasCode(replace.error, 'validation') && replace.error.fields.some((f) => f.field === 'token'));
  if (spent) return <SpentLink />;
  return (
    <AuthLayout title={t('auth.reset.title')} lead={t('auth.reset.lead')} poster={t('auth.reset.poster')}>
      <Form form={form}>
        <PasswordField
          label={t('auth.reset.field')}
          hint={t('common.password.hint')}
          autoComplete="new-password"
          {...form.field('password')}
        />
        <CheckField label={t('auth.reset.revoke_keys')} hint={t('auth.reset.revoke_hint')} {...form.register('revoke_api_keys')} />
        <Button type="submit" tone="accent" size="lg" busy={form.busy} className="w-full">
          {t('auth.reset.submit')}
        </Button>
      </Form>
    </AuthLayout>
  );
}

function SpentLink() {
  const { t } = useTranslation();
  return (
    <Outcome title={t('auth.reset.failed_title')} lead={t('auth.reset.failed_text')} to="/forgot-password" action={t('auth.reset.again')} />
  );
}

export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const token = params.get('token');
  useTitle(t('auth.reset.title'));
  return token ? <NewPassword token={token} /> : <SpentLink />;
}
