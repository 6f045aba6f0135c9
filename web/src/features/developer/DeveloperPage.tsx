import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { Page, PageHeader } from '@/components/ui/Page';
import { useApiKeys } from '@/lib/api/developer/list';
import { useRemoveApiKey } from '@/lib/api/developer/remove';
import { problemText } from '@/lib/api/problemText';
import type { ApiKey } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { toast } from '@/lib/toast/store';
import { Example } from './Example';
import { KeyRow } from './KeyRow';
import { NewKeyDialog } from './NewKeyDialog';

function RemoveKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useRemoveApiKey();
  return (
    <ConfirmDialog
      title={t('developer.remove_title', { name: apiKey.name })}
      text={t('developer.remove_text')}
      confirm={t('developer.remove_sure')}
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(apiKey.id, {
          onSuccess: () => toast(t('developer.removed', { name: apiKey.name })),
          onError: (error) => toast(problemText(error, t), 'danger'),
          onSettled: onClose,
        })
      }
    />
  );
}

interface KeysProps {
  onNew: () => void;
  onRemove: (apiKey: ApiKey) => void;
}

function Keys({ onNew, onRemove }: KeysProps) {
  const { t } = useTranslation();
  const keys = useApiKeys();
  if (keys.isPending) return <PeaksSkeleton />;
  if (keys.isLoadingError) return <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />;
  if (keys.data.items.length === 0) {
    return (
      <Empty
        title={t('developer.empty')}
        action={
          <Button tone="accent" onClick={onNew}>
            {t('developer.first')}
          </Button>
        }
      >
        {t('developer.empty_text')}
      </Empty>
    );
  }
  return (
    <section aria-labelledby="keys">
      <h2 id="keys" className="text-lg">
        {t('developer.keys')}
      </h2>
      <ul className="mt-3 divide-y divide-line border-y border-line">
        {keys.data.items.map((apiKey) => (
          <KeyRow key={apiKey.id} apiKey={apiKey} onRemove={() => onRemove(apiKey)} />
        ))}
      </ul>
    </section>
  );
}

export function Component() {
  const { t } = useTranslation();
  const keys = useApiKeys();
  const [making, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  useTitle(t('developer.title'));
  return (
    <Page>
      <div className="max-w-4xl">
        <PageHeader
          title={t('developer.title')}
          actions={
            <>
              <Button asChild>
                <a href="/docs">{t('developer.docs')}</a>
              </Button>
              <Button tone={keys.data?.items.length ? 'accent' : 'plain'} onClick={() => setMaking(true)}>
                <Plus size={18} aria-hidden />
                {t('developer.new')}
              </Button>
            </>
          }
        >
          {t('developer.lead')}
        </PageHeader>
        <Keys onNew={() => setMaking(true)} onRemove={setLeaving} />
        <Example />
      </div>
      {making && <NewKeyDialog onClose={() => setMaking(false)} />}
      {leaving && <RemoveKey apiKey={leaving} onClose={() => setLeaving(null)} />}
    </Page>
  );
}
