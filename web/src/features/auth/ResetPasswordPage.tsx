/* Where the link of a mail leads: sets a new password with the token in the address. */

import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useRef, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { applyProblem } from '@/lib/api/formErrors';
import { hasCode } from '@/lib/api/problem';
import { useTitle } from '@/lib/dom/useTitle';
import { useResetPassword } from './api/resetPassword';
import { AuthLayout } from './AuthLayout';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { CheckField } from '@/components/ui/CheckField';
import { PasswordField } from '@/components/ui/PasswordField';
import { resetSchema, type ResetForm } from './schema';

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
  const [revoke, setRevoke] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, formState } = useForm<ResetForm>({
    resolver: zodResolver(resetSchema),
    mode: 'onTouched',
    defaultValues: { password: '' },
  });

  const submit = handleSubmit(async ({ password }) => {
    setProblem(null);
    try {
      await replace.mutateAsync({ token, password, revoke_api_keys: revoke });
    } catch (error) {
      setProblem(applyProblem(error, ['password'], setError, t));
    }
  });

  if (replace.isSuccess) {
    const left = replace.data.api_keys_left;
    const lead = left ? `${t('auth.reset.done_text')} ${t('auth.reset.keys_left', { count: left })}` : t('auth.reset.done_text');
    return <Outcome title={t('auth.reset.done_title')} lead={lead} to="/login" action={t('auth.login.submit')} />;
  }
  /* used, expired, or cut short on its way through a mail program */
  const spent = hasCode(replace.error, 'token_invalid') || (hasCode(replace.error, 'validation') && replace.error.fields.some((f) => f.field === 'token'));
  if (spent) return <SpentLink />;
  return (
    <AuthLayout title={t('auth.reset.title')} lead={t('auth.reset.lead')} poster={t('auth.reset.poster')}>
      <form onSubmit={(event) => void submit(event)} noValidate className="space-y-5">
        {problem && <FormError>{problem}</FormError>}
        <PasswordField
          label={t('auth.reset.field')}
          hint={t('auth.hint.password')}
          autoComplete="new-password"
          {...register('password')}
          error={fieldMessage(formState.errors.password?.message, t)}
        />
        <CheckField label={t('auth.reset.revoke_keys')} hint={t('auth.reset.revoke_hint')} checked={revoke} onChange={setRevoke} />
        <Button type="submit" tone="accent" size="lg" busy={replace.isPending} className="w-full">
          {t('auth.reset.submit')}
        </Button>
      </form>
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
