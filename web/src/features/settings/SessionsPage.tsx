import { LaptopMinimal, MonitorSmartphone, Smartphone, Tablet } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { Pagination } from '@/components/ui/Pagination';
import { problemText } from '@/lib/api/problemText';
import { useEndOneSession } from '@/lib/api/sessions/end';
import { useEndAllSessions } from '@/lib/api/sessions/endAll';
import { useEndOtherSessions } from '@/lib/api/sessions/endOthers';
import { useSessions } from '@/lib/api/sessions/list';
import type { Session } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { deviceText } from '@/lib/format/device';
import { useFormat } from '@/lib/format/useFormat';
import { mayLeave } from '@/lib/unsaved/store';
import { toast } from '@/lib/toast/store';
import { Section } from './Section';

const icons = { desktop: LaptopMinimal, mobile: Smartphone, tablet: Tablet, other: MonitorSmartphone };

function SessionRow({ session }: { session: Session }) {
  const { t } = useTranslation();
  const format = useFormat();
  const end = useEndOneSession();
  const Icon = icons[session.device_kind];
  const device = deviceText(session.device, t);
  return (
    <li className="flex items-center gap-4 py-3" {...(session.is_current ? { 'aria-current': true } : {})}>
      <Icon size={20} aria-hidden className="shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 font-semibold">
          <span className="break-words">{device}</span>
          {session.is_current && <span className="rounded-sm bg-accent-wash px-1.5 text-xs font-normal">{t('settings.sessions.this')}</span>}
        </p>
        <p className="text-xs text-muted">
          {session.ip_address && <span className="num me-3">{session.ip_address}</span>}
          <time dateTime={session.last_seen_at}>{t('settings.sessions.seen', { when: format.ago(session.last_seen_at) })}</time>
        </p>
      </div>
      {!session.is_current && (
        <Button
          size="sm"
          aria-label={t('settings.sessions.end_of', { device })}
          onClick={() => end.mutate(session.id, { onError: (error) => toast(problemText(error, t), 'danger') })}
        >
          {t('settings.sessions.end')}
        </Button>
      )}
    </li>
  );
}

function EndMany({ others }: { others: boolean }) {
  const { t } = useTranslation();
  const endOthers = useEndOtherSessions();
  const endAll = useEndAllSessions();
  const onError = (error: Error) => toast(problemText(error, t), 'danger');
  return (
    <div className="mt-5 flex flex-wrap gap-2">
      {others && (
        <Button
          busy={endOthers.isPending}
          onClick={() =>
            endOthers.mutate(undefined, { onSuccess: ({ ended }) => toast(t('settings.sessions.ended', { count: ended }), 'ok'), onError })
          }
        >
          {t('settings.sessions.end_others')}
        </Button>
      )}
      <Button tone="danger" busy={endAll.isPending} onClick={() => void mayLeave().then((yes) => yes && endAll.mutate(undefined, { onError }))}>
        {t('settings.sessions.end_all')}
      </Button>
    </div>
  );
}

export function Component() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const sessions = useSessions(page);
  useTitle(t('settings.tab.sessions'));
  return (
    <Section title={t('settings.tab.sessions')} lead={t('settings.sessions.lead')}>
      {sessions.isPending && <PeaksSkeleton />}
      {sessions.isLoadingError && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {sessions.data && (
        <>
          <ul className="divide-y divide-line">
            {sessions.data.items.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </ul>
          <Pagination page={page} limit={sessions.data.limit} total={sessions.data.total ?? 0} onPage={setPage} />
          <EndMany others={(sessions.data.total ?? 0) > 1} />
        </>
      )}
    </Section>
  );
}
