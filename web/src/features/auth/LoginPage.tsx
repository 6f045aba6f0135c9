/* Signing in: a password, and where somebody has a second factor a code after it.
 *
 * The second step is a history entry of its own, so the browser's back button leads to the password and not out of the page. What it
 * needs is kept in memory only: after a reload one begins again. */

import { useState } from 'react';
import { Navigate, useLocation, useNavigate, useSearchParams } from 'react-router';
import { useMe } from '@/lib/api/auth/me';
import type { MfaChallenge } from '@/lib/api/types';
import { safeNext } from '@/lib/session/next';
import { CodeStep } from './CodeStep';
import { PasswordStep } from './PasswordStep';

export function Component() {
  const [params] = useSearchParams();
  const location = useLocation();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const [challenge, setChallenge] = useState<MfaChallenge | null>(null);
  const [email, setEmail] = useState('');
  const [notice, setNotice] = useState<string | null>(null);
  const atCode = (location.state as { step?: string } | null)?.step === 'code';

  if (me) return <Navigate to={safeNext(params.get('next'))} replace />;

  if (challenge && atCode) {
    const back = (why: string | null) => {
      setNotice(why);
      setChallenge(null);
      void navigate(-1);
    };
    return <CodeStep challenge={challenge} onBack={back} />;
  }

  return (
    <PasswordStep
      email={email}
      notice={notice}
      onCode={(asked, typed) => {
        setChallenge(asked);
        setEmail(typed);
        setNotice(null);
        void navigate({ search: location.search }, { state: { step: 'code' }, replace: atCode });
      }}
    />
  );
}
