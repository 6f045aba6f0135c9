/* Services elsewhere that are told what one listened to. */

import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { IconButton } from '@/components/ui/IconButton';
import { problemText } from '@/lib/api/problemText';
import type { ScrobbleAccount } from '@/lib/api/schema';
import { useChangeScrobbling, useConfirmLastFm, useDisconnectScrobbling } from '@/lib/api/scrobbling/change';
import { useScrobbling } from '@/lib/api/scrobbling/list';
import { useTitle } from '@/lib/dom/useTitle';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { ConnectDialog, type Service } from './ConnectDialog';
import { Section } from './Section';
import { SwitchList } from './SwitchList';

/** What the person should know or do: a refused key before a fault of a moment. */
function State({ account }: { account: ScrobbleAccount }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (account.stopped_for) return <p className="text-sm text-danger">{t(`scrobbling.stopped.${account.stopped_for}`)}</p>;
  return (
    <p className="flex flex-wrap gap-x-3 text-xs text-muted">
      <span>{t('scrobbling.sent', { count: account.sent_count })}</span>
      {account.last_sent_at && <span>{t('scrobbling.last', { when: format.ago(account.last_sent_at) })}</span>}
      {account.waiting > 0 && <span>{t('scrobbling.waiting', { count: account.waiting })}</span>}
      {account.last_error && <span className="text-danger">{t(`scrobbling.error.${account.last_error}`)}</span>}
    </p>
  );
}

function AccountRow({ account, onAgain, onRemove }: { account: ScrobbleAccount; onAgain: () => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const change = useChangeScrobbling();
  const confirm = useConfirmLastFm();
  const name = t(`scrobbling.service.${account.service}`);
  const failed = (error: unknown) => toast(problemText(error, t), 'danger');
  return (
    <li className="space-y-3 py-4">
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p className="font-semibold break-words">
            {name} {account.username && <bdi className="font-normal text-muted">{account.username}</bdi>}
          </p>
          <p className="text-xs break-all text-muted">{account.base_url}</p>
          <State account={account} />
        </div>
        <IconButton size="sm" label={t('scrobbling.remove', { name })} onClick={onRemove}>
          <Trash2 size={16} aria-hidden />
        </IconButton>
      </div>
      {account.stopped_for === 'unconfirmed' && (
        <Button size="sm" busy={confirm.isPending} onClick={() => confirm.mutate(account.id, { onError: failed, onSuccess: () => toast(t('scrobbling.connected', { name })) })}>
          {t('scrobbling.confirm')}
        </Button>
      )}
      {account.stopped_for && (
        <Button size="sm" className="ms-2" onClick={onAgain}>
          {t('scrobbling.again')}
        </Button>
      )}
      {!account.stopped_for && (
        <SwitchList
          switches={[
            { key: 'on', label: t('scrobbling.on'), on: account.is_on, disabled: change.isPending, onChange: (is_on) => change.mutate({ id: account.id, is_on }, { onError: failed }) },
            {
              key: 'playing',
              label: t('scrobbling.playing'),
              on: account.tells_playing,
              disabled: change.isPending || !account.is_on,
              onChange: (tells_playing) => change.mutate({ id: account.id, tells_playing }, { onError: failed }),
            },
          ]}
        />
      )}
    </li>
  );
}

export function Component() {
  const { t } = useTranslation();
  const accounts = useScrobbling();
  const remove = useDisconnectScrobbling();
  const [connecting, setConnecting] = useState<Service | null>(null);
  const [leaving, setLeaving] = useState<ScrobbleAccount | null>(null);
  useTitle(t('settings.tab.scrobbling'));
  return (
    <Section title={t('settings.tab.scrobbling')} lead={t('scrobbling.lead')}>
      {accounts.isPending && <PeaksSkeleton />}
      {accounts.isLoadingError && <ErrorState error={accounts.error} onRetry={() => void accounts.refetch()} />}
      {accounts.data && (
        <>
          {accounts.data.items.length > 0 ? (
            <ul aria-label={t('settings.tab.scrobbling')} className="divide-y divide-line border-y border-line">
              {accounts.data.items.map((account) => (
                <AccountRow key={account.id} account={account} onAgain={() => setConnecting(account.service)} onRemove={() => setLeaving(account)} />
              ))}
            </ul>
          ) : (
            <p className="text-muted">{t('scrobbling.empty')}</p>
          )}
          <div className="mt-5 flex flex-wrap gap-3">
            {(['listenbrainz', 'lastfm'] as const).map((service) => (
              <Button key={service} onClick={() => setConnecting(service)}>
                <Plus size={18} aria-hidden />
                {t('scrobbling.connect', { name: t(`scrobbling.service.${service}`) })}
              </Button>
            ))}
          </div>
        </>
      )}
      {connecting && <ConnectDialog service={connecting} onClose={() => setConnecting(null)} />}
      {leaving && (
        <ConfirmDialog
          title={t('scrobbling.remove_title', { name: t(`scrobbling.service.${leaving.service}`) })}
          text={t('scrobbling.remove_text')}
          confirm={t('scrobbling.remove_sure')}
          busy={remove.isPending}
          onClose={() => setLeaving(null)}
          onConfirm={() => remove.mutate(leaving.id, { onError: (error) => toast(problemText(error, t), 'danger'), onSettled: () => setLeaving(null) })}
        />
      )}
    </Section>
  );
}
