import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CurrentPasswordField } from '@/components/ui/CurrentPasswordField';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { useDisableSecondFactor } from '@/lib/api/mfa/disable';
import { hasCode } from '@/lib/api/problem';
import { useForm } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';

const schema = z.object({ code: z.string().min(1, 'required'), password: z.string().min(1, 'required') });

/** Takes both: the password and a code, so that neither a stolen session nor a stolen phone is enough. */
export function TwoFactorOff({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const disable = useDisableSecondFactor();
  const form = useForm({
    schema,
    values: { code: '', password: '' },
    async send({ code, password }) {
      await disable.mutateAsync({ password, code: code.replace(/[\s-]/g, '') });
      toast(t('security.two.is_off'), 'ok');
      onClose();
    },
    refused(error) {
      if (hasCode(error, 'password_wrong')) return { password: t('errors.password_wrong') };
      return hasCode(error, 'validation', 'mfa_code_invalid') ? { code: t('errors.mfa_code_invalid') } : undefined;
    },
  });

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('security.two.off_title')} description={t('security.two.off_text')}>
      <Form form={form}>
        <TextField mono label={t('security.two.off_code')} autoComplete="one-time-code" autoCapitalize="none" spellCheck={false} {...form.field('code')} />
        <CurrentPasswordField {...form.field('password')} />
        <Button type="submit" tone="danger" busy={form.busy} className="w-full">
          {t('security.two.switch_off')}
        </Button>
      </Form>
    </Dialog>
  );
}
