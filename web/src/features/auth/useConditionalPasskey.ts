/* Passkeys in the browser's own list of things to fill in: a request that waits behind the form until one is chosen there. The server's
 * challenge does not live forever, so the request begins anew in time, while somebody can see the page. */

import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { beginPasskeyLogin, finishPasskeyLogin } from '@/lib/api/passkeys/login';
import { askDevice, passkeysWork } from '@/lib/passkeys/device';
import { startSession } from '@/lib/session/session';

const EARLY_MS = 10_000;

async function fillsIn(): Promise<boolean> {
  return passkeysWork() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;
}

const seen = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (document.visibilityState === 'visible') resolve();
    else document.addEventListener('visibilitychange', () => resolve(), { once: true, signal });
  });

/** What was chosen, or null when the time was up or nothing came of it. */
async function offer(signal: AbortSignal): Promise<Record<string, unknown> | null> {
  const options = await beginPasskeyLogin();
  const late = AbortSignal.timeout(Math.max(EARLY_MS, (options.timeout ?? 0) - EARLY_MS));
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const given = await askDevice(() => navigator.credentials.get({ publicKey, mediation: 'conditional', signal: AbortSignal.any([signal, late]) }));
  if (!given && !late.aborted) throw new Error('the browser would not wait');
  return given;
}

/** `paused` while another request for a passkey is under way: a browser has only one. */
export function useConditionalPasskey(paused: boolean, onRefused: (error: unknown) => void): void {
  const client = useQueryClient();
  useEffect(() => {
    if (paused) return undefined;
    const control = new AbortController();
    const { signal } = control;
    async function wait() {
      if (!(await fillsIn())) return;
      while (!signal.aborted) {
        await seen(signal);
        if (signal.aborted) return;
        const given = await offer(signal);
        if (!given) continue;
        await finishPasskeyLogin(given).then((session) => startSession(client, session), onRefused);
      }
    }
    wait().catch(() => undefined); /* the form and the button are still there */
    return () => control.abort();
  }, [client, paused, onRefused]);
}
