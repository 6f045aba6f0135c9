/* Asks for the password once more, before something that only its owner may do. */

import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { Button, type ButtonTone } from './Button';
import { FormError } from './FormError';
import { PasswordField } from './PasswordField';

interface PasswordFormProps {
  submit: string;
  tone?: ButtonTone;
  /** Rejects with what the server has against it. */
  onPassword: (password: string) => Promise<unknown>;
  /** Fields before the password. */
  children?: ReactNode;
}

export function PasswordForm({ submit, tone = 'accent', onPassword, children }: PasswordFormProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const wrong = hasCode(error, 'password_wrong');

  async function send() {
    if (!password || busy) return;
    setBusy(true);
    setError(null);
    try {
      await onPassword(password);
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="space-y-5"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {error != null && !wrong && <FormError>{problemText(error, t)}</FormError>}
      {children}
      <PasswordField
        label={t('settings.account.current')}
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={wrong ? t('errors.password_wrong') : undefined}
        hint={
          <Link to="/forgot-password" className="underline underline-offset-2 hover:text-ink">
            {t('security.no_password')}
          </Link>
        }
      />
      <Button type="submit" tone={tone} busy={busy} disabled={!password} className="w-full">
        {submit}
      </Button>
    </form>
  );
}
