/* Asks for a link to set a new password. The answer is the same for every address. */

import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { useTitle } from '@/lib/dom/useTitle';
import { useForm } from '@/lib/form/useForm';
import { useRequestReset } from './api/requestReset';
import { AuthLayout } from './AuthLayout';
import { forgotSchema } from './schema';

export function Component() {
  const { t } = useTranslation();
  const state = useLocation().state as { email?: string } | null;
  const ask = useRequestReset();
  const form = useForm({ schema: forgotSchema, values: { email: state?.email ?? '' }, send: ({ email }) => ask.mutateAsync(email) });
  useTitle(t('auth.forgot.title'));

  return (
    <AuthLayout title={t('auth.forgot.title')} lead={t('auth.forgot.lead')} poster={t('auth.forgot.poster')}>
      <Form form={form}>
        <TextField
          label={t('common.email')}
          type="email"
          autoComplete="email"
          {...form.field('email')}
        />
        <Button type="submit" tone="accent" size="lg" busy={form.busy} className="w-full">
          {t('auth.forgot.submit')}
        </Button>
        <p role="status" className="break-words text-ok">
          {ask.isSuccess && t('auth.forgot.sent', { email: ask.variables })}
        </p>
      </Form>
      <p className="mt-6">
        <Link to="/login" className="font-semibold underline underline-offset-2">
          {t('auth.forgot.to_login')}
        </Link>
      </p>
    </AuthLayout>
  );
}
