/* Asks before unsaved work is lost: on the way to another page here, before a dialog closes and before signing out by `confirmDiscard`.
 * Closing or reloading the tab is asked by the browser (lib/unsaved/store.ts). */

import { Suspense, lazy, useEffect } from 'react';
import { useBlocker } from 'react-router';
import { isLeaving } from '@/lib/session/leaving';
import { confirmDiscard, pageHasUnsaved, useDiscard } from '@/lib/unsaved/store';

const DiscardDialog = lazy(() => import('./DiscardDialog').then((m) => ({ default: m.DiscardDialog })));

export function UnsavedGuard() {
  const asked = useDiscard((s) => s.asked);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && !isLeaving() && pageHasUnsaved(),
  );
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    void confirmDiscard().then((discard) => (discard ? blocker.proceed() : blocker.reset()));
  }, [blocker]);
  return asked ? (
    <Suspense fallback={null}>
      <DiscardDialog />
    </Suspense>
  ) : null;
}
