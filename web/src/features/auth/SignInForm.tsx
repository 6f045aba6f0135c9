/* E-mail and password, or a passkey. Used by the sign-in page and by the dialog over a page whose session has ended. */

import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { PasswordField } from '@/components/ui/PasswordField';
import { applyProblem } from '@/lib/api/formErrors';
import { hasCode } from '@/lib/api/problem';
import type { MfaChallenge } from './api/login';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { asksForCode, useLogin } from './api/login';
import { PasskeyButton } from './PasskeyButton';
import { loginSchema, type LoginForm } from './schema';

interface SignInFormProps {
  /** Known when somebody comes back. */
  email: string;
  /** Why they came back. */
  notice: string | null;
  onCode: (challenge: MfaChallenge, email: string) => void;
  onEmail?: (typed: string) => void;
}

export function SignInForm({ email, notice, onCode, onEmail }: SignInFormProps) {
  const { t } = useTranslation();
  const login = useLogin();
  const [problem, setProblem] = useState(notice);
  const { register, handleSubmit, setError, setFocus, formState } = useForm<LoginForm>({
    resolver: zodResolver(loginSchema),
    defaultValues: { email, password: '' },
  });
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
    <>
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
          {...register('email', { onChange: (event: { target: HTMLInputElement }) => onEmail?.(event.target.value) })}
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
    </>
  );
}
