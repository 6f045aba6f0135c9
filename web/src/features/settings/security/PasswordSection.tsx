import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { CheckField } from '@/components/ui/CheckField';
import { PasswordField } from '@/components/ui/PasswordField';
import { Unsaved } from '@/components/ui/Unsaved';
import { applyProblem } from '@/lib/api/formErrors';
import { ApiProblem } from '@/lib/api/problem';
import { useApiKeys } from '@/lib/api/developer/list';
import { useChangePassword } from '@/lib/api/users/changePassword';
import { fieldMessage } from '@/lib/i18n/authMessage';
import { toast } from '@/lib/toast/store';
import { passwordSchema, type PasswordForm } from '../schema';
import { Section } from '../Section';

const empty: PasswordForm = { current_password: '', new_password: '' };

/** The server names the field that it refuses; in words that tell which password is meant. */
const refused = (error: unknown, name: keyof PasswordForm) =>
  error instanceof ApiProblem && error.fields.some((field) => field.field === name && field.code === 'value');

function PasswordChangeForm() {
  const { t } = useTranslation();
  const change = useChangePassword();
  const keys = useApiKeys();
  const [revoke, setRevoke] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, reset, formState } = useForm<PasswordForm>({
    resolver: zodResolver(passwordSchema),
    mode: 'onTouched',
    defaultValues: empty,
  });

  const submit = handleSubmit(async (form) => {
    setProblem(null);
    try {
      const { api_keys_left: left } = await change.mutateAsync({ ...form, revoke_api_keys: revoke });
      reset(empty);
      setRevoke(false);
      toast(left ? `${t('settings.account.changed')} ${t('settings.account.keys_left', { count: left })}` : t('settings.account.changed'), 'ok');
    } catch (error) {
      if (refused(error, 'current_password')) setError('current_password', { message: t('settings.account.wrong') }, { shouldFocus: true });
      else if (refused(error, 'new_password')) setError('new_password', { message: t('settings.account.same') }, { shouldFocus: true });
      else setProblem(applyProblem(error, ['current_password', 'new_password'], setError, t));
    }
  });

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="max-w-md space-y-5">
      <Unsaved when={formState.isDirty} />
      {problem && <FormError>{problem}</FormError>}
      <PasswordField
        label={t('settings.account.current')}
        autoComplete="current-password"
        {...register('current_password')}
        error={fieldMessage(formState.errors.current_password?.message, t)}
      />
      <PasswordField
        label={t('settings.account.new')}
        hint={t('auth.hint.password')}
        autoComplete="new-password"
        {...register('new_password')}
        error={fieldMessage(formState.errors.new_password?.message, t)}
      />
      {!!keys.data?.items.length && (
        <CheckField
          label={t('settings.account.revoke_keys')}
          hint={t('settings.account.keys', { names: keys.data.items.map((key) => key.name).join(', ') })}
          checked={revoke}
          onChange={setRevoke}
        />
      )}
      <Button type="submit" tone="accent" busy={change.isPending}>
        {t('settings.account.change')}
      </Button>
    </form>
  );
}

export function PasswordSection() {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.account.password')} lead={t('settings.account.lead')}>
      <PasswordChangeForm />
    </Section>
  );
}
