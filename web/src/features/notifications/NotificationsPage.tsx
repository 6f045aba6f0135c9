import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { HeldLink } from '@/components/comments/HeldLink';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { Page, PageHeader } from '@/components/ui/Page';
import { Toggle } from '@/components/ui/Toggle';
import { useNotifications } from '@/lib/api/notifications/list';
import { useMarkAllRead } from '@/lib/api/notifications/markAllRead';
import { useMarkRead } from '@/lib/api/notifications/markRead';
import { useRemoveNotification } from '@/lib/api/notifications/remove';
import { useRemoveAllNotifications } from '@/lib/api/notifications/removeAll';
import type { Notification } from '@/lib/api/schema';
import { problemText } from '@/lib/api/problemText';
import { useTitle } from '@/lib/dom/useTitle';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { NotificationRow } from './NotificationRow';

function useRefused() {
  const { t } = useTranslation();
  return { onError: (error: Error) => toast(problemText(error, t), 'danger') };
}

/** Deleting all cannot be undone, and more may have come in the meantime: it asks. */
function DeleteAll() {
  const { t } = useTranslation();
  const removeAll = useRemoveAllNotifications();
  const refused = useRefused();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button tone="quiet" onClick={() => setAsking(true)}>
        {t('notifications.remove_all')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('notifications.remove_all')}
          text={t('notifications.remove_all_text')}
          confirm={t('notifications.remove_all_sure')}
          onClose={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            removeAll.mutate(undefined, refused);
          }}
        />
      )}
    </>
  );
}

/** By the day of whoever reads, in the order of the list; a day is named by the first moment in it. */
function byDay(items: readonly Notification[]): [string, Notification[]][] {
  const days = new Map<string, Notification[]>();
  for (const item of items) {
    const day = new Date(item.created_at).toDateString();
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return [...days.values()].map((ofDay) => [ofDay[0]?.created_at ?? '', ofDay]);
}

function Rows({ unread }: { unread: boolean }) {
  const { t } = useTranslation();
  const list = useNotifications(unread);
  const read = useMarkRead();
  const remove = useRemoveNotification();
  const refused = useRefused();
  const format = useFormat();
  if (list.isPending) return <PeaksSkeleton />;
  if (list.isLoadingError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <Empty
        title={t(unread ? 'notifications.all_read' : 'notifications.empty')}
        action={
          <Button asChild tone="accent">
            <Link to="/discover">{t('notifications.discover')}</Link>
          </Button>
        }
      >
        {t('notifications.empty_text')}
      </Empty>
    );
  }
  return (
    <>
      {byDay(items).map(([day, ofDay]) => (
        <section key={day} aria-label={format.dayName(day)} className="mb-6">
          <h2 className="eyebrow border-b border-line pb-2 font-normal">{format.dayName(day)}</h2>
          <ul className="divide-y divide-line">
            {ofDay.map((item) => (
              <NotificationRow
                key={item.id}
                notification={item}
                onRead={(one) => read.mutate(one, refused)}
                onRemove={(one) => remove.mutate(one, refused)}
              />
            ))}
          </ul>
        </section>
      ))}
      <More list={list} className="mt-6" />
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const [unread, setUnread] = useState(false);
  const readAll = useMarkAllRead();
  const refused = useRefused();
  useTitle(t('notifications.title'));
  return (
    <Page>
      <div className="max-w-2xl">
        <PageHeader
          title={t('notifications.title')}
          actions={
            <>
              <Button busy={readAll.isPending} onClick={() => readAll.mutate(undefined, refused)}>
                {t('notifications.read_all')}
              </Button>
              <DeleteAll />
            </>
          }
        />
        <HeldLink className="mb-4" />
        <div className="mb-4">
          <Toggle label={t('notifications.only_new')} checked={unread} onChange={(event) => setUnread(event.target.checked)} />
        </div>
        <Rows unread={unread} />
      </div>
    </Page>
  );
}
