/* Tells the server that somebody is there, and what they hear: at once when that changes, and every minute, since it is forgotten after five.
 * A page in the background counts as there while it plays. */

import { useEffect } from 'react';
import { logoutKey } from '@/lib/api/auth/logout';
import { queryClient } from '@/lib/api/queryClient';
import { tellPresence } from '@/lib/api/users/tellPresence';
import { usePlayer } from '@/lib/player/store';
import { isLeaving } from '@/lib/session/leaving';

export const TELL_EVERY_MS = 60_000;
/** Skipping through a list tells only where one stays. */
export const SETTLE_MS = 1_500;

export function usePresence(): void {
  const trackId = usePlayer((s) => (s.isPlaying ? s.current?.id || null : null));
  useEffect(() => {
    const there = () => !document.hidden || trackId !== null;
    const tell = () => {
      if (isLeaving() || queryClient.isMutating({ mutationKey: logoutKey }) > 0) return; /* nobody is there any more, and nobody may tell */
      tellPresence({ status: there() ? 'online' : 'away', track_id: trackId }).catch(() => undefined); // the next minute tells again
    };
    const first = setTimeout(tell, SETTLE_MS);
    const again = setInterval(() => there() && tell(), TELL_EVERY_MS);
    document.addEventListener('visibilitychange', tell);
    return () => {
      clearTimeout(first);
      clearInterval(again);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [trackId]);
}
