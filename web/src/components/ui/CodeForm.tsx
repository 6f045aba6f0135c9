/* Asks for six digits of an authenticator app, or for a recovery code instead. The form is sent when the last character is typed. */

import { useEffect, useRef, useState, type ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { hasCode } from '@/lib/api/problem';
import { useForm } from '@/lib/form/useForm';
import { codeSchemas, type CodeMethod } from '@/lib/session/codes';
import { Button, type ButtonTone } from './Button';
import { TextField } from './Field';
import { Form } from './Form';

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
  const other: CodeMethod = method === 'totp' ? 'recovery_code' : 'totp';
  /** A code is sent once: a second time costs a try, and ends as the first did. */
  const tried = useRef<{ code: string; outcome: Promise<unknown> } | null>(null);
  const form = useForm({
    schema: codeSchemas[method],
    values: { code: '' },
    async send({ code }) {
      if (tried.current?.code !== code) tried.current = { code, outcome: onCode(code) };
      try {
        await tried.current.outcome;
      } catch (error) {
        if (!tellsOfCode(error)) tried.current = null;
        throw error;
      }
    },
    refused: (error) => (tellsOfCode(error) ? { code: t('errors.mfa_code_invalid') } : undefined),
  });
  const { reset, setFocus, setProblem } = form;
  useEffect(() => setFocus('code'), [method, setFocus]);

  const sendWhenWhole = (event: ChangeEvent<HTMLInputElement>) => {
    if (codeSchemas[method].safeParse({ code: event.target.value }).success) form.submit();
  };

  const choose = () => {
    setProblem(null);
    reset();
    setMethod(other);
    onMethod?.(other);
  };

  return (
    <>
      <Form form={form}>
        <TextField
          key={method}
          mono
          label={t(method === 'totp' ? 'common.code.totp' : 'common.code.recovery_code')}
          inputMode={method === 'totp' ? 'numeric' : 'text'}
          autoComplete={method === 'totp' ? 'one-time-code' : 'off'}
          autoCapitalize="none"
          spellCheck={false}
          {...form.field('code', { onChange: sendWhenWhole })}
        />
        <Button type="submit" tone={tone} size={size} busy={form.busy} className="w-full">
          {submit}
        </Button>
      </Form>
      {methods.includes(other) && (
        <Button className="mt-4" onClick={choose}>
          {t(other === 'totp' ? 'common.code.use_totp' : 'common.code.use_recovery_code')}
        </Button>
      )}
    </>
  );
}
