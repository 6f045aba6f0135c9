/* One's own releases, in all states. */

import { ListPlus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate } from 'react-router';
import { ReleaseGrid } from '@/components/release/ReleaseCard';
import { LibraryTabs } from '@/components/track/LibraryTabs';
import { TrackGridSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { Page, PageHeader } from '@/components/ui/Page';
import { useReleases } from '@/lib/api/releases/list';
import { useTitle } from '@/lib/dom/useTitle';

const NewReleaseDialog = lazy(() => import('./NewReleaseDialog'));

export function Component() {
  const { t } = useTranslation();
  const releases = useReleases({ mine: true, sort: 'newest' });
  const items = releases.data?.pages.flatMap((page) => page.items) ?? [];
  const total = releases.data?.pages[0]?.total;
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  useTitle(t('releases.title'));
  return (
    <Page>
      <PageHeader
        title={t('releases.title')}
        actions={
          <Button tone={total ? 'accent' : 'plain'} onClick={() => setAsking(true)}>
            <ListPlus size={18} aria-hidden />
            {t('releases.new')}
          </Button>
        }
      >
        {total ? t('releases.total', { count: total }) : ' '}
      </PageHeader>
      <LibraryTabs />
      {releases.isPending && <TrackGridSkeleton count={6} />}
      {releases.isLoadingError && <ErrorState error={releases.error} onRetry={() => void releases.refetch()} />}
      {items.length > 0 && (
        <>
          <h2 className="sr-only">{t('common.release.releases')}</h2>
          <ReleaseGrid releases={items} />
        </>
      )}
      {releases.isSuccess && items.length === 0 && (
        <Empty
          title={t('releases.empty')}
          action={
            <Button tone="accent" onClick={() => setAsking(true)}>
              {t('releases.new')}
            </Button>
          }
        >
          {t('releases.empty_text')}
        </Empty>
      )}
      <More list={releases} />
      {asking && made === null && (
        <Suspense fallback={null}>
          <NewReleaseDialog onClose={() => setAsking(false)} onMade={({ slug }) => setMade(slug)} />
        </Suspense>
      )}
      {/* once the dialog is gone, and nothing in it unsaved any more */}
      {made !== null && <Navigate to={`/release/${made}`} />}
    </Page>
  );
}
