import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { PasswordForm } from '@/components/ui/PasswordForm';
import { useDisableSecondFactor } from '@/lib/api/mfa/disable';
import { hasCode } from '@/lib/api/problem';
import { toast } from '@/lib/toast/store';

/** Takes both: the password and a code, so that neither a stolen session nor a stolen phone is enough. */
export function TwoFactorOff({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const disable = useDisableSecondFactor();
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState(false);

  async function send(password: string) {
    setWrong(false);
    try {
      await disable.mutateAsync({ password, code: code.replace(/[\s-]/g, '') });
      toast(t('security.two.is_off'), 'ok');
      onClose();
    } catch (error) {
      if (!hasCode(error, 'validation', 'mfa_code_invalid')) throw error;
      setWrong(true);
    }
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('security.two.off_title')} description={t('security.two.off_text')}>
      <PasswordForm submit={t('security.two.switch_off')} tone="danger" onPassword={send}>
        <TextField
          mono
          label={t('security.two.off_code')}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          error={wrong ? t('errors.mfa_code_invalid') : undefined}
        />
      </PasswordForm>
    </Dialog>
  );
}
