import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Form } from '@/components/ui/Form';
import { CheckField } from '@/components/ui/CheckField';
import { PasswordField } from '@/components/ui/PasswordField';
import { ApiProblem } from '@/lib/api/problem';
import { useApiKeys } from '@/lib/api/developer/list';
import { useChangePassword } from '@/lib/api/users/changePassword';
import { useForm } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';
import { passwordSchema, type PasswordForm } from '../schema';
import { Section } from '../Section';

const empty: PasswordForm = { current_password: '', new_password: '', revoke_api_keys: false };

/** The server names the field that it refuses; in words that tell which password is meant. */
const refused = (error: unknown, name: keyof PasswordForm) =>
  error instanceof ApiProblem && error.fields.some((field) => field.field === name && field.code === 'value');

function PasswordChangeForm() {
  const { t } = useTranslation();
  const change = useChangePassword();
  const keys = useApiKeys();
  const form = useForm({
    schema: passwordSchema,
    mode: 'onTouched',
    values: empty,
    async send(values, { reset }) {
      const { api_keys_left: left } = await change.mutateAsync(values);
      reset(empty);
      toast(left ? `${t('settings.account.changed')} ${t('settings.account.keys_left', { count: left })}` : t('settings.account.changed'), 'ok');
    },
    refused(error) {
      if (refused(error, 'current_password')) return { current_password: t('settings.account.wrong') };
      return refused(error, 'new_password') ? { new_password: t('settings.account.same') } : undefined;
    },
  });

  return (
    <Form form={form} guarded className="max-w-md space-y-5">
      <PasswordField
        label={t('common.password.current')}
        autoComplete="current-password"
        {...form.field('current_password')}
      />
      <PasswordField
        label={t('settings.account.new')}
        hint={t('common.password.hint')}
        autoComplete="new-password"
        {...form.field('new_password')}
      />
      {!!keys.data?.items.length && (
        <CheckField
          label={t('settings.account.revoke_keys')}
          hint={t('settings.account.keys', { names: keys.data.items.map((key) => key.name).join(', ') })}
          {...form.register('revoke_api_keys')}
        />
      )}
      <Button type="submit" tone="accent" busy={form.busy}>
        {t('settings.account.change')}
      </Button>
    </Form>
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
