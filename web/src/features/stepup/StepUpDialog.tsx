/* Proves a second factor or the password once more, in the middle of whatever asked for it. A passkey does both: it opens a session that has
 * proven it. */

import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { CodeForm } from '@/components/ui/CodeForm';
import { Dialog } from '@/components/ui/Dialog';
import { FormError } from '@/components/ui/FormError';
import { PasswordForm } from '@/components/ui/PasswordForm';
import { useStepUpPassword } from '@/lib/api/auth/stepUp';
import { useSecondFactor } from '@/lib/api/mfa/status';
import { useStepUpCode } from '@/lib/api/mfa/stepUp';
import { useLoginPasskey } from '@/lib/api/passkeys/login';
import { problemText } from '@/lib/api/problemText';
import { passkeysWork } from '@/lib/passkeys/device';
import { useStepUp, type Asked } from '@/lib/session/stepUp';

const TEXTS = { code: 'stepup.text', password: 'stepup.password_text', setup: 'stepup.setup_text' } as const;
const METHODS = ['totp', 'recovery_code'];

function PasskeyProof({ onProven }: { onProven: () => void }) {
  const { t } = useTranslation();
  const signIn = useLoginPasskey();
  return (
    <div className="mt-4 space-y-3">
      <Button busy={signIn.isPending} className="w-full" onClick={() => signIn.mutate(undefined, { onSuccess: (session) => session && onProven() })}>
        <KeyRound size={18} aria-hidden />
        {t('stepup.passkey')}
      </Button>
      {signIn.isError && <FormError>{problemText(signIn.error, t)}</FormError>}
    </div>
  );
}

function Proof({ onProven }: { onProven: () => void }) {
  const { t } = useTranslation();
  const factor = useSecondFactor();
  const stepUp = useStepUpCode();
  if (factor.isPending) return <PeaksSkeleton />;
  return (
    <>
      {factor.data?.enabled !== false && (
        <CodeForm methods={METHODS} submit={t('stepup.submit')} onCode={(code) => stepUp.mutateAsync(code).then(onProven)} />
      )}
      {passkeysWork() && <PasskeyProof onProven={onProven} />}
    </>
  );
}

function PasswordProof({ onProven }: { onProven: () => void }) {
  const { t } = useTranslation();
  const stepUp = useStepUpPassword();
  return (
    <>
      <PasswordForm submit={t('stepup.submit')} onPassword={(password) => stepUp.mutateAsync(password).then(onProven)} />
      {passkeysWork() && <PasskeyProof onProven={onProven} />}
    </>
  );
}

export function StepUpDialog({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const answer = useStepUp((s) => s.answer);
  const setup = asked === 'setup';
  return (
    <Dialog
      open
      onOpenChange={() => answer(false)}
      title={t(setup ? 'stepup.setup_title' : 'stepup.title')}
      description={t(TEXTS[asked])}
    >
      {setup ? (
        <Button asChild tone="accent" className="w-full">
          <Link to="/settings/security" onClick={() => answer(false)}>
            {t('stepup.setup_go')}
          </Link>
        </Button>
      ) : asked === 'password' ? (
        <PasswordProof onProven={() => answer(true)} />
      ) : (
        <Proof onProven={() => answer(true)} />
      )}
    </Dialog>
  );
}
