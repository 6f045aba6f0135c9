/* What the host of a session decides. */

import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Choices } from '@/components/ui/Choices';
import { Toggle } from '@/components/ui/Toggle';
import type { SharedQueue } from '@/lib/api/queue/session';

const ORDERS = ['fifo', 'round_robin', 'votes'] as const;
const RIGHTS = ['guests_may_add', 'guests_may_skip'] as const;

/** How many guests without an account may come from one network: somebody's friends in one house, or strangers. */
const GUESTS = [1, 10, 50];

type Changes = Partial<Pick<SharedQueue, 'order' | 'guests_per_address' | (typeof RIGHTS)[number]>>;

interface HostPanelProps {
  session: SharedQueue;
  onChange: (changes: Changes) => void;
  onNewLink: () => void;
  onEnd: () => void;
}

export function HostPanel({ session, onChange, onNewLink, onEnd }: HostPanelProps) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="rules" className="mt-10 border-t border-line pt-6">
      <h2 id="rules" className="mb-3 text-lg">
        {t('listen.rules')}
      </h2>
      <Choices label={t('listen.order')} value={session.order} options={ORDERS.map((value) => ({ value, label: t(`listen.order_${value}`) }))} onChange={(order) => onChange({ order })} />
      <div className="mt-5">
        <Choices
          label={t('listen.guests_per_address')}
          value={String(session.guests_per_address)}
          options={GUESTS.map((count) => ({ value: String(count), label: t('listen.from_one_network', { count }) }))}
          onChange={(count) => onChange({ guests_per_address: Number(count) })}
        />
      </div>
      <div className="mt-5 space-y-3">
        {RIGHTS.map((right) => (
          <Toggle key={right} label={t(`listen.${right}`)} checked={session[right]} onChange={(event) => onChange({ [right]: event.target.checked })} />
        ))}
      </div>
      <div className="mt-6 flex flex-wrap gap-2">
        <Button onClick={onNewLink}>{t('listen.new_link')}</Button>
        <Button tone="danger" onClick={onEnd}>
          {t('listen.end')}
        </Button>
      </div>
      <p className="mt-2 text-xs text-muted">{t('listen.new_link_hint')}</p>
    </section>
  );
}
