/* Accounts elsewhere that open this one. Not shown where the operator has switched none on and nobody is connected. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ProviderMark } from '@/components/brand/ProviderMark';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { FormError } from '@/components/ui/FormError';
import { useConnections } from '@/lib/api/oauth/connections';
import { useDisconnect } from '@/lib/api/oauth/disconnect';
import { providerUrl, useProviders } from '@/lib/api/oauth/providers';
import { codeText, problemText } from '@/lib/api/problemText';
import type { OauthConnection } from '@/lib/api/schema';
import type { OauthProvider } from '@/lib/api/oauth/providers';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { Section } from '../Section';

interface RowProps {
  provider: OauthProvider;
  connection: OauthConnection | undefined;
  onDisconnect: (connection: OauthConnection) => void;
}

function Row({ provider, connection, onDisconnect }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <ProviderMark name={provider.name} size={24} />
      <div className="min-w-0 flex-1 basis-32">
        <p className="font-semibold">{provider.name}</p>
        <p className="text-xs break-words text-muted">
          {connection ? (
            <>
              {(connection.email || connection.name) && <span dir="auto" className="me-3">{connection.email ?? connection.name}</span>}
              {connection.last_used_at ? t('common.used', { when: format.ago(connection.last_used_at) }) : t('common.never_used')}
            </>
          ) : (
            t('security.connections.not')
          )}
        </p>
      </div>
      {connection ? (
        <Button size="sm" aria-label={t('security.connections.end_of', { name: provider.name })} onClick={() => onDisconnect(connection)}>
          {t('security.connections.end')}
        </Button>
      ) : (
        <Button asChild size="sm">
          <a href={providerUrl(provider.id, { redirect: '/settings/security', link: true })} aria-label={t('security.connections.add_of', { name: provider.name })}>
            {t('security.connections.add')}
          </a>
        </Button>
      )}
    </li>
  );
}

function Disconnect({ connection, name, onClose }: { connection: OauthConnection; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const disconnect = useDisconnect();
  return (
    <ConfirmDialog
      title={t('security.connections.end_title', { name })}
      text={t('security.connections.end_text', { name })}
      confirm={t('security.connections.end')}
      busy={disconnect.isPending}
      onClose={onClose}
      onConfirm={() =>
        disconnect.mutate(connection.id, {
          onSuccess: () => toast(t('security.connections.ended', { name }), 'ok'),
          onError: (error) => toast(problemText(error, t), 'danger'),
          onSettled: onClose,
        })
      }
    />
  );
}

/** A provider that has been switched off since still shows where somebody is connected. */
export function withOrphans(providers: readonly OauthProvider[], connections: readonly OauthConnection[]): OauthProvider[] {
  const known = new Set(providers.map(({ id }) => id));
  return [...providers, ...connections.filter((one) => !known.has(one.provider)).map(({ provider }) => ({ id: provider, name: provider }))];
}

export function Connections() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const providers = useProviders();
  const connections = useConnections();
  const [leaving, setLeaving] = useState<OauthConnection | null>(null);
  const refused = params.get('oauth_error');
  const rows = withOrphans(providers.data?.items ?? [], connections.data?.items ?? []);
  const nothing = providers.isSuccess && connections.isSuccess && rows.length === 0;
  if (nothing && !refused) return null;
  return (
    <Section id="connections" title={t('security.connections.title')} lead={t('security.connections.lead')}>
      {refused && <FormError>{codeText(refused, t)}</FormError>}
      {(providers.isPending || connections.isPending) && <PeaksSkeleton />}
      {connections.isLoadingError && <ErrorState error={connections.error} onRetry={() => void connections.refetch()} />}
      {connections.data && (
        <ul className="divide-y divide-line">
          {rows.map((provider) => (
            <Row
              key={provider.id}
              provider={provider}
              connection={connections.data.items.find((one) => one.provider === provider.id)}
              onDisconnect={setLeaving}
            />
          ))}
        </ul>
      )}
      {leaving && (
        <Disconnect
          connection={leaving}
          name={rows.find(({ id }) => id === leaving.provider)?.name ?? leaving.provider}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}
