import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { PasswordForm } from '@/components/ui/PasswordForm';
import { Unsaved } from '@/components/ui/Unsaved';
import { useAddPasskey } from '@/lib/api/passkeys/add';
import { PasskeyKnown, deviceName } from '@/lib/passkeys/device';
import { toast } from '@/lib/toast/store';

/** The password first, then the device asks for the person. */
export function AddPasskey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const add = useAddPasskey();
  const [proposed] = useState(() => deviceName() || t('security.passkeys.some_device'));
  const [name, setName] = useState(proposed);
  const [notice, setNotice] = useState<string | null>(null);

  async function send(password: string) {
    setNotice(null);
    try {
      const made = await add.mutateAsync({ password, name: name.trim() || t('security.passkeys.some_device') });
      if (!made) {
        setNotice(t('security.passkeys.not_made'));
        return;
      }
      toast(t('security.passkeys.added', { name: made.name }), 'ok');
      onClose();
    } catch (error) {
      if (!(error instanceof PasskeyKnown)) throw error;
      setNotice(t('security.passkeys.known'));
    }
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('security.passkeys.add')} description={t('security.passkeys.add_text')}>
      <PasswordForm submit={t('security.passkeys.make')} onPassword={send}>
        <Unsaved when={name !== proposed} />
        {notice && <FormError>{notice}</FormError>}
        <TextField
          label={t('security.passkeys.name')}
          hint={t('security.passkeys.name_hint')}
          autoComplete="off"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </PasswordForm>
    </Dialog>
  );
}
