/* Coming back from a provider's pages: with a session, with the first of two steps done, or with a refusal. */

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import type { MfaChallenge } from './api/login';
import { adoptSession } from './api/adoptSession';

const MFA_TOKEN = /^#mfa_token=([\w.~-]{20,200})$/;

/** What a provider's sign-in left to do, out of the address; a code of either kind will be taken. */
export function challengeIn(hash: string): MfaChallenge | null {
  const token = MFA_TOKEN.exec(hash)?.[1];
  return token ? { mfa_required: true, mfa_token: token, expires_in: 300, methods: ['totp', 'recovery_code'] } : null;
}

/** Takes the token out of the address bar and the history. True for as long as a session that came by itself is being looked for. */
export function useHandover(onFailed: () => void): boolean {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { hash, search } = useLocation();
  const [params] = useSearchParams();
  const [looking, setLooking] = useState(params.get('oauth') === 'done');
  const begun = useRef(false);
  useEffect(() => {
    if (challengeIn(hash)) void navigate({ search }, { replace: true, state: { step: 'code' } });
  }, [hash, search, navigate]);
  useEffect(() => {
    if (!looking || begun.current) return;
    begun.current = true; /* a refresh token that is used twice ends the session */
    void adoptSession(client).then((signedIn) => {
      if (!signedIn) onFailed();
      setLooking(false);
    });
  }, [client, looking, onFailed]);
  return looking;
}
