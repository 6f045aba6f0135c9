/* Signing in: a password, and where somebody has a second factor a code after it; or an account elsewhere, whose pages come back here.
 *
 * The second step is a history entry of its own, so the browser's back button leads to the password and not out of the page. What it
 * needs is kept in memory only: after a reload one begins again. */

import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation, useNavigate, useSearchParams } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { useMe } from '@/lib/api/auth/me';
import { codeText } from '@/lib/api/problemText';
import type { MfaChallenge } from './api/login';
import { rememberedNext } from '@/lib/session/detour';
import { safeNext } from '@/lib/session/next';
import { AuthLayout } from './AuthLayout';
import { CodeStep } from './CodeStep';
import { PasswordStep } from './PasswordStep';
import { challengeIn, useHandover } from './useHandover';

export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const location = useLocation();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const [challenge, setChallenge] = useState(() => challengeIn(location.hash));
  const [email, setEmail] = useState('');
  const refused = params.get('oauth_error');
  const [notice, setNotice] = useState<string | null>(refused && codeText(refused, t));
  const looking = useHandover(useCallback(() => setNotice(t('errors.oauth_failed')), [t]));
  const fromProvider = params.has('oauth') || params.has('mfa');
  const atCode = (location.state as { step?: string } | null)?.step === 'code' || challengeIn(location.hash) !== null;

  if (me && !looking) return <Navigate to={safeNext(fromProvider ? rememberedNext() : params.get('next'))} replace />;
  if (looking) {
    return (
      <AuthLayout title={t('auth.login.title')} lead={t('auth.provider.arriving')} poster={t('auth.login.poster')}>
        <PeaksSkeleton />
      </AuthLayout>
    );
  }

  if (challenge && atCode) {
    const back = (why: string | null) => {
      setNotice(why);
      setChallenge(null);
      void (fromProvider ? navigate('/login', { replace: true }) : navigate(-1));
    };
    return <CodeStep challenge={challenge} onBack={back} />;
  }

  const askForCode = (asked: MfaChallenge, typed: string) => {
    setChallenge(asked);
    setEmail(typed);
    setNotice(null);
    void navigate({ search: location.search }, { state: { step: 'code' }, replace: atCode });
  };
  return <PasswordStep email={email} notice={notice} onCode={askForCode} />;
}
