/* Setting the second factor up, in three steps: the password, the app, the recovery codes. These are shown this once, so the last step
 * ends with its own button only. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CodeForm } from '@/components/ui/CodeForm';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
import { PasswordForm } from '@/components/ui/PasswordForm';
import { Unsaved } from '@/components/ui/Unsaved';
import { useSetUpSecondFactor } from '@/lib/api/mfa/setup';
import { useVerifySecondFactor } from '@/lib/api/mfa/verify';
import type { SecondFactorSecret } from '@/lib/api/mfa/setup';
import { RecoveryCodes } from './RecoveryCodes';

const METHODS = ['totp'];

/** In fours, as one types it. */
export const inFours = (secret: string) => secret.match(/.{1,4}/g)?.join(' ') ?? secret;

function ScanStep({ secret, onCode }: { secret: SecondFactorSecret; onCode: (code: string) => Promise<unknown> }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-6 sm:grid-cols-[auto_minmax(0,1fr)]">
      <div className="mx-auto sm:mx-0">
        <img
          src={`data:image/svg+xml,${encodeURIComponent(secret.qr_svg)}`}
          alt={t('security.two.qr')}
          className="size-52 rounded-card"
        />
        <p className="mt-2 max-w-52 text-center text-xs text-muted">
          <a href={secret.otpauth_url} className="underline underline-offset-2 hover:text-ink">
            {t('security.two.same_device')}
          </a>
        </p>
      </div>
      <div className="min-w-0 space-y-5">
        <div>
          <p className="mb-1.5">{t('security.two.type_it')}</p>
          <CopyField label={t('security.two.secret')} value={secret.secret} shown={inFours(secret.secret)} />
        </div>
        <CodeForm methods={METHODS} submit={t('security.two.check')} onCode={onCode} />
      </div>
    </div>
  );
}

export function TwoFactorSetup({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const setUp = useSetUpSecondFactor();
  const verify = useVerifySecondFactor();
  const [secret, setSecret] = useState<SecondFactorSecret | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const step = codes ? 3 : secret ? 2 : 1;
  return (
    <Dialog
      open
      wide={step > 1}
      onOpenChange={(open) => !open && !codes && onClose()}
      closable={!codes}
      title={t(`security.two.step_${step}`)}
      description={t(`security.two.step_${step}_text`)}
    >
      <Unsaved when={step > 1} />
      <p className="eyebrow mb-4">{t('security.two.step_of', { step })}</p>
      {codes ? (
        <RecoveryCodes codes={codes} onKept={onClose} />
      ) : secret ? (
        <ScanStep secret={secret} onCode={async (code) => setCodes((await verify.mutateAsync(code)).recovery_codes)} />
      ) : (
        <PasswordForm submit={t('security.two.go_on')} onPassword={async (password) => setSecret(await setUp.mutateAsync(password))} />
      )}
    </Dialog>
  );
}
