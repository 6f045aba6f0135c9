import { LayoutGrid, Rows3 } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { TrackGrid, TrackStrips } from '@/components/track/TrackLists';
import { TrackGridSkeleton, TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Chip } from '@/components/ui/Chip';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { IconButton } from '@/components/ui/IconButton';
import { More } from '@/components/ui/More';
import { Page, PageHeader } from '@/components/ui/Page';
import { useEndlessTracks } from '@/lib/api/tracks/list';
import { useTitle } from '@/lib/dom/useTitle';
import { genreName } from '@/lib/genres';
import { withTexts } from '@/lib/i18n';
import { GenreChips } from './GenreChips';
import { GenreTree } from './GenreTree';
import { PeopleFound } from './PeopleFound';
import { TrackShelf } from './TrackShelf';
import { useViewPreference } from './viewPreference';

const EditorialShelf = lazy(withTexts(() => import('@/components/playlist/EditorialShelf'), 'playlists'));
const ReleaseShelf = lazy(() => import('@/components/release/ReleaseShelf'));

export function Component() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const genre = params.get('genre') ?? '';
  const tag = params.get('tag') ?? '';
  const q = params.get('q') ?? '';
  const { view, setView } = useViewPreference();
  const tracks = useEndlessTracks({ sort: 'newest', ...(!q && { unmuted: true }), ...(genre && { genre }), ...(tag && { tag }), ...(q && { q }) });
  const items = tracks.data?.pages.flatMap((page) => page.items) ?? [];
  const total = tracks.data?.pages[0]?.total ?? 0;
  useTitle(t('discover.title'));

  const choose = (name: string, value: string) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { preventScrollReset: true },
    );
  const title = q ? t('discover.results', { q }) : tag ? `#${tag}` : genreName(genre) || t('discover.title');

  return (
    <Page>
      <PageHeader
        title={title}
        actions={
          <div role="group" aria-label={t('discover.view')} className="flex">
            <IconButton label={t('discover.as_list')} aria-pressed={view === 'list'} onClick={() => setView('list')} className="aria-pressed:text-ink">
              <Rows3 size={20} aria-hidden />
            </IconButton>
            <IconButton label={t('discover.as_grid')} aria-pressed={view === 'grid'} onClick={() => setView('grid')} className="aria-pressed:text-ink">
              <LayoutGrid size={20} aria-hidden />
            </IconButton>
          </div>
        }
      >
        {tracks.isSuccess ? t('discover.count', { count: total }) : ' '}
      </PageHeader>

      <GenreChips chosen={genre} onChoose={(name) => choose('genre', name)}>
        {tag && (
          <Chip pressed onClick={() => choose('tag', '')}>
            <bdi>#{tag}</bdi> ×
          </Chip>
        )}
      </GenreChips>

      {q && <PeopleFound q={q} />}
      {!genre && !tag && !q && (
        <>
          <TrackShelf order="rising" title={t('discover.rising')} text={t('discover.rising_text')} />
          <GenreTree title={t('discover.all_genres')} />
        </>
      )}
      {!genre && !tag && (
        <Suspense fallback={null}>
          {!q && <EditorialShelf />}
          <ReleaseShelf filter={{ limit: 6, ...(q ? { q } : { unmuted: true }) }} />
        </Suspense>
      )}
      <h2 className={q ? 'mb-3 text-lg' : 'sr-only'}>{t('discover.tracks')}</h2>
      {tracks.isPending && (view === 'list' ? <TrackStripsSkeleton /> : <TrackGridSkeleton />)}
      {tracks.isLoadingError && <ErrorState error={tracks.error} onRetry={() => void tracks.refetch()} />}
      {items.length > 0 && (view === 'list' ? <TrackStrips tracks={items} total={total} /> : <TrackGrid tracks={items} total={total} />)}
      {tracks.isSuccess && items.length === 0 && (
        <Empty
          title={t(genre || tag || q ? 'discover.empty_filtered' : 'discover.empty')}
          action={
            genre || tag || q ? (
              <Button onClick={() => setParams({})}>{t('common.clear_filters')}</Button>
            ) : (
              <Button asChild tone="accent">
                <Link to="/upload">{t('discover.be_first')}</Link>
              </Button>
            )
          }
        >
          {t(genre || tag || q ? 'discover.empty_filtered_text' : 'discover.empty_text')}
        </Empty>
      )}
      <More list={tracks} />
    </Page>
  );
}
