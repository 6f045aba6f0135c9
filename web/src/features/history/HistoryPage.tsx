import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { LongList } from '@/components/ui/LongList';
import { More } from '@/components/ui/More';
import { LibraryTabs } from '@/components/track/LibraryTabs';
import { ROW } from '@/components/track/TrackRow';
import { Page, PageHeader } from '@/components/ui/Page';
import { Toggle } from '@/components/ui/Toggle';
import { useClearHistory } from '@/lib/api/history/clear';
import { useHistory } from '@/lib/api/history/list';
import { useRemoveListening } from '@/lib/api/history/remove';
import { problemText } from '@/lib/api/problemText';
import { useSettings } from '@/lib/api/users/settings';
import { useUpdateSettings } from '@/lib/api/users/updateSettings';
import { useTitle } from '@/lib/dom/useTitle';
import { toast } from '@/lib/toast/store';
import { HistoryRow } from './HistoryRow';

function Pause() {
  const { t } = useTranslation();
  const { data: settings } = useSettings();
  const update = useUpdateSettings();
  if (!settings) return null;
  return (
    <Toggle
      label={t('history.keep')}
      hint={t('history.keep_hint')}
      checked={settings.listening_history}
      onChange={(event) => update.mutate({ listening_history: event.target.checked }, { onError: (error) => toast(problemText(error, t), 'danger') })}
    />
  );
}

export function Component() {
  const { t } = useTranslation();
  const list = useHistory();
  const { data: settings } = useSettings();
  const remove = useRemoveListening();
  const clear = useClearHistory();
  const [asks, setAsks] = useState(false);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const refused = { onError: (error: Error) => toast(problemText(error, t), 'danger') };
  useTitle(t('history.title'));
  return (
    <Page>
      <PageHeader title={t('history.title')} actions={items.length > 0 && <Button onClick={() => setAsks(true)}>{t('history.clear')}</Button>}>
        {list.isSuccess ? t('history.count', { count: total }) : ' '}
      </PageHeader>
      <LibraryTabs />
      <div className="mb-6 max-w-xl">
        <Pause />
      </div>
      {list.isPending && <PeaksSkeleton />}
      {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {items.length > 0 && (
        <LongList items={items} keyOf={({ id }) => id} rowHeight={ROW} total={total} className="border-t border-line">
          {(listening) => <HistoryRow listening={listening} onRemove={() => remove.mutate(listening.id, refused)} />}
        </LongList>
      )}
      {list.isSuccess && items.length === 0 && (
        <Empty
          title={t('history.empty')}
          action={
            <Button asChild tone="accent">
              <Link to="/discover">{t('history.discover')}</Link>
            </Button>
          }
        >
          {t(settings?.listening_history === false ? 'history.empty_paused' : 'history.empty_text')}
        </Empty>
      )}
      <More list={list} />
      {asks && (
        <ConfirmDialog
          title={t('history.clear_title')}
          text={t('history.clear_text')}
          confirm={t('history.clear')}
          busy={clear.isPending}
          onConfirm={() => clear.mutate(undefined, { ...refused, onSettled: () => setAsks(false) })}
          onClose={() => setAsks(false)}
        />
      )}
    </Page>
  );
}
