/* Over a page whose session has ended: the same person signs in again and goes on where they were, with all that they have typed. Requests
 * that met the end wait behind it. Whoever would rather not, signs out. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { useMe } from '@/lib/api/auth/me';
import type { MfaChallenge } from './api/login';
import { endSession } from '@/lib/session/session';
import { mayLeave } from '@/lib/unsaved/store';
import { CodeSignIn } from './CodeSignIn';
import { ProviderButtons } from './ProviderButtons';
import { SignInForm } from './SignInForm';

export function SignInAgainDialog() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const [challenge, setChallenge] = useState<MfaChallenge | null>(null);
  const [notice, setNotice] = useState<string | null>(null);

  async function leave() {
    if (await mayLeave()) await endSession();
  }

  return (
    <Dialog open closable={false} onOpenChange={() => undefined} title={t('auth.again.title')} description={t('auth.again.text')}>
      {challenge ? (
        <CodeSignIn
          challenge={challenge}
          onBack={(why) => {
            setNotice(why);
            setChallenge(null);
          }}
        />
      ) : (
        <>
          <SignInForm email={me?.email ?? ''} notice={notice} onCode={setChallenge} />
          <ProviderButtons elsewhere />
        </>
      )}
      <Button tone="quiet" className="mt-6 w-full" onClick={() => void leave()}>
        {t('auth.again.leave')}
      </Button>
    </Dialog>
  );
}
