import { Upload } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { CreatorInvite } from '@/components/track/CreatorInvite';
import { TrackGrid } from '@/components/track/TrackLists';
import { TrackGridSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { Page, PageHeader } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { useDiscovered } from '@/lib/api/discover/tracks';
import { mayUpload } from '@/lib/api/users/becomeCreator';
import { useTitle } from '@/lib/dom/useTitle';
import { withTexts } from '@/lib/i18n';
import { Feed } from './Feed';
import { LatestUploads } from './LatestUploads';
import { SuggestedPeople } from './SuggestedPeople';
import { VerifyNotice } from './VerifyNotice';

const RecommendedTracks = lazy(withTexts(() => import('@/components/track/RecommendedTracks'), 'recommendations'));
const RecommendedPlaylists = lazy(withTexts(() => import('@/components/playlist/RecommendedPlaylists'), 'playlists', 'recommendations'));

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const newest = useDiscovered(null, 'new', 12);
  useTitle(t('dashboard.title'));
  if (!me) return null;
  const others = newest.data?.pages[0]?.items.filter((track) => !track.is_mine) ?? [];

  return (
    <Page>
      <PageHeader
        title={t('dashboard.hello', { name: me.display_name })}
        actions={
          mayUpload(me) && (
            <Button asChild tone={me.track_count > 0 ? 'accent' : 'plain'}>
              <Link to="/upload">
                <Upload size={18} aria-hidden />
                {t('frame.nav.upload')}
              </Link>
            </Button>
          )
        }
      />
      {!me.is_verified && <VerifyNotice />}
      {mayUpload(me) ? <LatestUploads /> : <CreatorInvite />}

      <Feed />

      <Suspense fallback={null}>
        <RecommendedTracks like={null} className="mt-14" />
        <RecommendedPlaylists className="mt-14" />
      </Suspense>
      <SuggestedPeople />

      <section className="mt-14" aria-labelledby="newest">
        <div className="mb-5 flex items-baseline justify-between gap-4">
          <h2 id="newest" className="text-xl">
            {t('dashboard.newest')}
          </h2>
          <Link to="/discover" className="shrink-0 text-muted underline underline-offset-4 hover:text-ink">
            {t('common.see_all')}
          </Link>
        </div>
        {newest.isPending && <TrackGridSkeleton count={6} />}
        {newest.isLoadingError && <ErrorState error={newest.error} onRetry={() => void newest.refetch()} />}
        {others.length > 0 && <TrackGrid tracks={others} />}
        {newest.isSuccess && others.length === 0 && (
          <Empty title={t('dashboard.alone')}>{t('dashboard.alone_text')}</Empty>
        )}
      </section>
    </Page>
  );
}
