/* The tracks that one likes, the latest first. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LibraryTabs } from '@/components/track/LibraryTabs';
import { TrackStrips } from '@/components/track/TrackLists';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { Page, PageHeader } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { useLikedTracks } from '@/lib/api/tracks/liked';
import { useTitle } from '@/lib/dom/useTitle';

function Likes({ id }: { id: string }) {
  const { t } = useTranslation();
  const list = useLikedTracks(id);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page>
      <PageHeader title={t('library.likes.title')}>{list.isSuccess ? t('library.count', { count: list.data.pages[0]?.total ?? 0 }) : ' '}</PageHeader>
      <LibraryTabs />
      {list.isPending && <TrackStripsSkeleton />}
      {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {items.length > 0 && (
        <>
          <h2 className="sr-only">{t('common.release.tracks')}</h2>
          <TrackStrips tracks={items} total={list.data?.pages[0]?.total} />
        </>
      )}
      {list.isSuccess && items.length === 0 && (
        <Empty
          title={t('library.likes.empty')}
          action={
            <Button asChild tone="accent">
              <Link to="/discover">{t('library.likes.discover')}</Link>
            </Button>
          }
        >
          {t('library.likes.empty_text')}
        </Empty>
      )}
      <More list={list} />
    </Page>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  useTitle(t('library.likes.title'));
  return me ? <Likes id={me.id} /> : null;
}
