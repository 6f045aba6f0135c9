/* Push messages to this browser. Nothing is asked of the person before they turn the switch; what a browser has been told to refuse, only
 * its own settings can allow again. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Toggle } from '@/components/ui/Toggle';
import { ApiProblem } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { pushState, switchPushOff, switchPushOn, type PushState } from '@/lib/push/device';
import { toast } from '@/lib/toast/store';

const pushKey = (user: string) => ['push', user];

interface PushSwitchProps {
  user: string;
  /** Push messages are off for the whole account, on every device. */
  accountOff: boolean;
  /** Turns them on for the account. */
  onAllow: () => void;
}

export function PushSwitch({ user, accountOff, onAllow }: PushSwitchProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data: state } = useQuery({ queryKey: pushKey(user), queryFn: () => pushState(user), staleTime: 0 });
  const [turning, setTurning] = useState<boolean | null>(null);

  async function turn(on: boolean) {
    setTurning(on);
    try {
      let now: PushState = 'off';
      if (on) now = await switchPushOn(user);
      else await switchPushOff();
      client.setQueryData(pushKey(user), now);
      if (now === 'on' && accountOff) onAllow();
      if (on && now === 'off') toast(t('settings.push.not_now'));
    } catch (error) {
      toast(error instanceof ApiProblem ? problemText(error, t) : t('settings.push.failed'), 'danger');
      await client.invalidateQueries({ queryKey: pushKey(user) });
    } finally {
      setTurning(null);
    }
  }

  const closed = state === 'unsupported' || state === 'denied';
  return (
    <Toggle
      label={t('settings.push.label')}
      hint={t(closed ? `settings.push.${state}` : 'settings.push.hint')}
      checked={turning ?? (state === 'on' && !accountOff)}
      disabled={state === undefined || closed || turning !== null}
      onChange={(event) => void turn(event.target.checked)}
    />
  );
}
