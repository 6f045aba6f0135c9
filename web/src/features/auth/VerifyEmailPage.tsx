/* Two pages in one: with a token in the address it verifies; without one it says to look into the inbox, and sends the
 * mail again. */

import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearchParams } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { useMe } from '@/lib/api/auth/me';
import { useTitle } from '@/lib/dom/useTitle';
import { useForm } from '@/lib/form/useForm';
import { HOME } from '@/lib/session/next';
import { useResendVerification } from './api/resendVerification';
import { useVerifyEmail } from './api/verifyEmail';
import { AuthLayout } from './AuthLayout';
import { forgotSchema } from './schema';

/** To the address of whoever is signed in, else to one that is typed. */
function Resend({ to }: { to: string | undefined }) {
  const { t } = useTranslation();
  const resend = useResendVerification();
  const form = useForm({ schema: forgotSchema, values: { email: to ?? '' }, send: ({ email }) => resend.mutateAsync(email) });
  return (
    <Form form={form} className="space-y-4">
      {to === undefined && <TextField label={t('common.email')} type="email" autoComplete="email" {...form.field('email')} />}
      <Button type="submit" busy={form.busy}>
        {t('auth.verify.resend')}
      </Button>
      <p role="status" className="text-ok">
        {resend.isSuccess && t('auth.verify.resent')}
      </p>
    </Form>
  );
}

function Verify({ token }: { token: string }) {
  const { t } = useTranslation();
  const { mutate, data, error } = useVerifyEmail();
  const { data: me } = useMe();
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return; /* a token works once */
    asked.current = true;
    mutate(token);
  }, [mutate, token]);

  if (data) {
    return (
      <AuthLayout title={t('auth.verify.done_title', { name: data.username })} lead={t('auth.verify.done_text')} poster={t('auth.verify.poster')}>
        <Button asChild tone="accent" size="lg">
          <Link to={me ? HOME : '/login'}>{t(me ? 'auth.verify.go_on' : 'frame.sign_in')}</Link>
        </Button>
      </AuthLayout>
    );
  }
  if (error) {
    return (
      <AuthLayout title={t('auth.verify.failed_title')} lead={t('auth.verify.failed_text')} poster={t('auth.verify.poster')}>
        <Resend key={me?.email} to={me?.email} />
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={t('auth.verify.checking')} poster={t('auth.verify.poster')}>
      <PeaksSkeleton />
    </AuthLayout>
  );
}

export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const { data: me } = useMe();
  const state = useLocation().state as { welcome?: boolean; next?: string } | null;
  const token = params.get('token');
  useTitle(t('auth.verify.title'));
  if (token) return <Verify token={token} />;
  return (
    <AuthLayout
      title={state?.welcome && me ? t('auth.verify.welcome', { name: me.username }) : t('auth.verify.title')}
      lead={me ? t('auth.verify.sent_to', { email: me.email }) : t('auth.verify.lead')}
      poster={t('auth.verify.poster')}
    >
      <Resend key={me?.email} to={me?.email} />
      {me && (
        <p className="mt-8">
          <Link to={state?.next ?? HOME} className="font-semibold underline underline-offset-2">
            {t('auth.verify.later')}
          </Link>
        </p>
      )}
    </AuthLayout>
  );
}
