/* The session of a link, and what one does with it: each act is followed by reading it anew, and says what went wrong. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { sessionKey, sessionQuery } from '@/lib/api/queue/session';
import { useMe } from '@/lib/api/auth/me';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { useTopic } from '@/lib/realtime/useRealtime';
import { toast } from '@/lib/toast/store';

const EVERY_MS = { told: 30_000, untold: 4000 };

export function useSession(token: string) {
  const { data: me } = useMe();
  const query = useQuery(sessionQuery(token, me ? EVERY_MS.told : EVERY_MS.untold));
  return { ...query, me };
}

/** Reads it anew whenever it was changed. The server tells those with an account who take part. */
export function useSessionChanges(token: string, id: string): void {
  const client = useQueryClient();
  const listener = useMemo(() => {
    const reload = () => void client.invalidateQueries({ queryKey: sessionKey(token) });
    return { onMessage: reload, reload };
  }, [client, token]);
  useTopic(`queuesession:${id}`, listener);
}

export function useAct(token: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useCallback(
    async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        // Another one pressed first: what they did is shown.
        if (!hasCode(error, 'conflict', 'not_found')) toast(problemText(error, t), 'danger');
        else if (hasCode(error, 'conflict')) toast(t('listen.too_late'));
        return undefined;
      } finally {
        await client.invalidateQueries({ queryKey: sessionKey(token) });
      }
    },
    [client, t, token],
  );
}
