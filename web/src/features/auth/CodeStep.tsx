/* The second step of signing in: six digits of an authenticator app, or a recovery code. */

import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { applyProblem } from '@/lib/api/formErrors';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { MfaChallenge } from '@/lib/api/types';
import { useTitle } from '@/lib/dom/useTitle';
import { useLoginCode } from './api/loginCode';
import { AuthLayout } from './AuthLayout';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { codeSchemas, type CodeForm, type CodeMethod } from './schema';

interface CodeStepProps {
  challenge: MfaChallenge;
  /** Back to the password; `why` when the server wants it so. */
  onBack: (why: string | null) => void;
}

export function CodeStep({ challenge, onBack }: CodeStepProps) {
  const { t } = useTranslation();
  const [method, setMethod] = useState<CodeMethod>(challenge.methods.includes('totp') ? 'totp' : 'recovery_code');
  const [problem, setProblem] = useState<string | null>(null);
  const signIn = useLoginCode();
  const { register, handleSubmit, setError, setFocus, reset, formState } = useForm<CodeForm>({
    resolver: zodResolver(codeSchemas[method]),
    defaultValues: { code: '' },
  });
  const other: CodeMethod = method === 'totp' ? 'recovery_code' : 'totp';
  useTitle(t('auth.code.title'));
  useEffect(() => setFocus('code'), [method, setFocus]);

  const submit = handleSubmit(async ({ code }) => {
    setProblem(null);
    try {
      await signIn.mutateAsync({ mfa_token: challenge.mfa_token, code });
    } catch (error) {
      if (hasCode(error, 'mfa_token_invalid')) {
        onBack(problemText(error, t));
      } else if (hasCode(error, 'mfa_code_invalid')) {
        setError('code', { message: problemText(error, t) });
        setFocus('code', { shouldSelect: true });
      } else {
        setProblem(applyProblem(error, ['code'], setError, t));
      }
    }
  });

  const choose = (next: CodeMethod) => {
    setProblem(null);
    reset();
    setMethod(next);
  };

  return (
    <AuthLayout
      title={t('auth.code.title')}
      lead={t(method === 'totp' ? 'auth.code.lead_totp' : 'auth.code.lead_recovery')}
      poster={t('auth.login.poster')}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="space-y-5">
        {problem && <FormError>{problem}</FormError>}
        <TextField
          key={method}
          mono
          label={t(method === 'totp' ? 'auth.code.totp' : 'auth.code.recovery_code')}
          inputMode={method === 'totp' ? 'numeric' : 'text'}
          autoComplete={method === 'totp' ? 'one-time-code' : 'off'}
          autoCapitalize="none"
          spellCheck={false}
          {...register('code')}
          error={fieldMessage(formState.errors.code?.message, t)}
        />
        <Button type="submit" tone="accent" size="lg" busy={signIn.isPending} className="w-full">
          {t('auth.code.submit')}
        </Button>
      </form>
      <div className="mt-4 flex flex-wrap gap-2">
        {challenge.methods.includes(other) && (
          <Button onClick={() => choose(other)}>{t(other === 'totp' ? 'auth.code.use_totp' : 'auth.code.use_recovery_code')}</Button>
        )}
        <Button tone="quiet" onClick={() => onBack(null)}>
          {t('auth.code.back')}
        </Button>
      </div>
    </AuthLayout>
  );
}
