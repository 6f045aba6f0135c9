import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CurrentPasswordField } from '@/components/ui/CurrentPasswordField';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { Unsaved } from '@/components/ui/Unsaved';
import { useAddPasskey } from '@/lib/api/passkeys/add';
import { hasCode } from '@/lib/api/problem';
import { useForm } from '@/lib/form/useForm';
import { PasskeyKnown, deviceName } from '@/lib/passkeys/device';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';

const schema = z.object({ name: z.string().trim(), password: z.string().min(1, 'required') });

/** The password first, then the device asks for the person. */
export function AddPasskey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const add = useAddPasskey();
  const [proposed] = useState(() => deviceName() || t('security.passkeys.some_device'));
  const form = useForm({
    schema,
    values: { name: proposed, password: '' },
    async send({ name, password }, { setProblem }) {
      try {
        const made = await add.mutateAsync({ password, name: name || t('security.passkeys.some_device') });
        if (!made) return setProblem(t('security.passkeys.not_made'));
        toast(t('security.passkeys.added', { name: made.name }), 'ok');
        onClose();
      } catch (error) {
        if (!(error instanceof PasskeyKnown)) throw error;
        setProblem(t('security.passkeys.known'));
      }
    },
    refused: (error) => (hasCode(error, 'password_wrong') ? { password: t('errors.password_wrong') } : undefined),
  });

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('security.passkeys.add')} description={t('security.passkeys.add_text')}>
      <Form form={form}>
        <Unsaved when={form.formState.dirtyFields.name === true} />
        <TextField label={t('security.passkeys.name')} hint={t('security.passkeys.name_hint')} autoComplete="off" maxLength={100} {...form.field('name')} />
        <CurrentPasswordField {...form.field('password')} />
        <Button type="submit" tone="accent" busy={form.busy} className="w-full">
          {t('security.passkeys.make')}
        </Button>
      </Form>
    </Dialog>
  );
}
