/* E-mail and password, or a passkey. Used by the sign-in page and by the dialog over a page whose session has ended. */

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { PasswordField } from '@/components/ui/PasswordField';
import { hasCode } from '@/lib/api/problem';
import type { MfaChallenge } from './api/login';
import { useForm } from '@/lib/form/useForm';
import { asksForCode, useLogin } from './api/login';
import { PasskeyButton } from './PasskeyButton';
import { loginSchema } from './schema';

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
  const form = useForm({
    schema: loginSchema,
    values: { email, password: '' },
    problem: notice,
    async send(values, { setFocus }) {
      try {
        const reply = await login.mutateAsync(values);
        if (asksForCode(reply)) onCode(reply, values.email);
      } catch (error) {
        if (hasCode(error, 'invalid_credentials')) setFocus('password', { shouldSelect: true });
        throw error;
      }
    },
  });
  const { setFocus } = form;
  useEffect(() => {
    if (email) setFocus('password');
  }, [email, setFocus]);

  return (
    <>
      <Form
        form={form}
        help={
          hasCode(login.error, 'email_not_verified') && (
            <Link to="/verify-email" className="font-semibold underline">
              {t('auth.verify.resend')}
            </Link>
          )
        }
      >
        <TextField
          label={t('common.email')}
          type="email"
          autoComplete="username webauthn"
          {...form.field('email', { onChange: (event: { target: HTMLInputElement }) => onEmail?.(event.target.value) })}
        />
        <PasswordField
          label={t('auth.field.password')}
          autoComplete="current-password"
          {...form.field('password')}
        />
        <Button type="submit" tone="accent" size="lg" busy={form.busy} className="w-full">
          {t('frame.sign_in')}
        </Button>
      </Form>
      <PasskeyButton />
    </>
  );
}
