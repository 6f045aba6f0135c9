/* Asks for six digits of an authenticator app, or for a recovery code instead. The form is sent when the last character is typed. */

import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useRef, useState, type ChangeEvent } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { applyProblem } from '@/lib/api/formErrors';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { codeSchemas, type CodeForm as Typed, type CodeMethod } from '@/lib/session/codes';
import { Button, type ButtonTone } from './Button';
import { TextField } from './Field';
import { FormError } from './FormError';

interface CodeFormProps {
  methods: readonly string[];
  submit: string;
  tone?: ButtonTone;
  size?: 'md' | 'lg';
  /** Rejects with what the server has against the code. */
  onCode: (code: string) => Promise<unknown>;
  /** Told when the person chooses the other kind of code. */
  onMethod?: (method: CodeMethod) => void;
}

const tellsOfCode = (error: unknown) => hasCode(error, 'mfa_code_invalid') || (hasCode(error, 'validation') && error.fields.some((one) => one.field === 'code'));

export function CodeForm({ methods, submit, tone = 'accent', size = 'md', onCode, onMethod }: CodeFormProps) {
  const { t } = useTranslation();
  const [method, setMethod] = useState<CodeMethod>(methods.includes('totp') ? 'totp' : 'recovery_code');
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, setFocus, reset, formState } = useForm<Typed>({
    resolver: zodResolver(codeSchemas[method]),
    defaultValues: { code: '' },
  });
  const other: CodeMethod = method === 'totp' ? 'recovery_code' : 'totp';
  useEffect(() => setFocus('code'), [method, setFocus]);

  const sending = useRef(false);
  const refused = useRef('');
  const refuse = (code: string) => {
    refused.current = code;
    setError('code', { message: t('errors.mfa_code_invalid') });
    setFocus('code', { shouldSelect: true });
  };
  const send = handleSubmit(async ({ code }) => {
    if (sending.current) return;
    if (code === refused.current) return refuse(code); /* it costs a try and is refused again */
    sending.current = true;
    setProblem(null);
    try {
      await onCode(code);
    } catch (error) {
      if (tellsOfCode(error)) refuse(code);
      else if (hasCode(error, 'validation')) {
        setProblem(applyProblem(error, ['code'], setError, t));
      } else setProblem(problemText(error, t));
    } finally {
      sending.current = false;
    }
  });
  const sendWhenWhole = (event: ChangeEvent<HTMLInputElement>) => {
    if (codeSchemas[method].safeParse({ code: event.target.value }).success) void send();
  };

  const choose = () => {
    setProblem(null);
    reset();
    setMethod(other);
    onMethod?.(other);
  };

  return (
    <>
      <form onSubmit={(event) => void send(event)} noValidate className="space-y-5">
        {problem && <FormError>{problem}</FormError>}
        <TextField
          key={method}
          mono
          label={t(method === 'totp' ? 'auth.code.totp' : 'auth.code.recovery_code')}
          inputMode={method === 'totp' ? 'numeric' : 'text'}
          autoComplete={method === 'totp' ? 'one-time-code' : 'off'}
          autoCapitalize="none"
          spellCheck={false}
          {...register('code', { onChange: sendWhenWhole })}
          error={fieldMessage(formState.errors.code?.message, t)}
        />
        <Button type="submit" tone={tone} size={size} busy={formState.isSubmitting} className="w-full">
          {submit}
        </Button>
      </form>
      {methods.includes(other) && (
        <Button className="mt-4" onClick={choose}>
          {t(other === 'totp' ? 'auth.code.use_totp' : 'auth.code.use_recovery_code')}
        </Button>
      )}
    </>
  );
}
