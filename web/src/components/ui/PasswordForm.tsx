/* Asks for the password once more, before something that only its owner may do. */

import { useTranslation } from 'react-i18next';
import { hasCode } from '@/lib/api/problem';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';
import { Button, type ButtonTone } from './Button';
import { CurrentPasswordField } from './CurrentPasswordField';
import { Form } from './Form';

interface PasswordFormProps {
  submit: string;
  tone?: ButtonTone;
  /** Rejects with what the server has against it. */
  onPassword: (password: string) => Promise<unknown>;
}

const schema = z.object({ password: z.string().min(1, 'required') });

export function PasswordForm({ submit, tone = 'accent', onPassword }: PasswordFormProps) {
  const { t } = useTranslation();
  const form = useForm({
    schema,
    values: { password: '' },
    send: ({ password }) => onPassword(password),
    refused: (error) => (hasCode(error, 'password_wrong') ? { password: t('errors.password_wrong') } : undefined),
  });
  return (
    <Form form={form}>
      <CurrentPasswordField {...form.field('password')} />
      <Button type="submit" tone={tone} busy={form.busy} className="w-full">
        {submit}
      </Button>
    </Form>
  );
}
