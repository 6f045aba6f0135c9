/* Asks for a link to set a new password. The answer is the same for every address. */

import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { applyProblem } from '@/lib/api/formErrors';
import { useTitle } from '@/lib/dom/useTitle';
import { useRequestReset } from './api/requestReset';
import { AuthLayout } from './AuthLayout';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { forgotSchema, type ForgotForm } from './schema';

export function Component() {
  const { t } = useTranslation();
  const state = useLocation().state as { email?: string } | null;
  const ask = useRequestReset();
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, formState } = useForm<ForgotForm>({
    resolver: zodResolver(forgotSchema),
    defaultValues: { email: state?.email ?? '' },
  });
  useTitle(t('auth.forgot.title'));

  const submit = handleSubmit(async ({ email }) => {
    setProblem(null);
    try {
      await ask.mutateAsync(email);
    } catch (error) {
      setProblem(applyProblem(error, ['email'], setError, t));
    }
  });

  return (
    <AuthLayout title={t('auth.forgot.title')} lead={t('auth.forgot.lead')} poster={t('auth.forgot.poster')}>
      <form onSubmit={(event) => void submit(event)} noValidate className="space-y-5">
        {problem && <FormError>{problem}</FormError>}
        <TextField
          label={t('auth.field.email')}
          type="email"
          autoComplete="email"
          {...register('email')}
          error={fieldMessage(formState.errors.email?.message, t)}
        />
        <Button type="submit" tone="accent" size="lg" busy={ask.isPending} className="w-full">
          {t('auth.forgot.submit')}
        </Button>
        <p role="status" className="break-words text-ok">
          {ask.isSuccess && t('auth.forgot.sent', { email: ask.variables })}
        </p>
      </form>
      <p className="mt-6">
        <Link to="/login" className="font-semibold underline underline-offset-2">
          {t('auth.forgot.to_login')}
        </Link>
      </p>
    </AuthLayout>
  );
}
