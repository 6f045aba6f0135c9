import { FileUp, ListFilter, ListPlus, Star } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useNavigate } from 'react-router';
import { PlaylistCards } from '@/components/playlist/PlaylistCards';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { Page, PageHeader } from '@/components/ui/Page';
import { TrackGridSkeleton } from '@/components/track/TrackSkeletons';
import { useCreatePlaylist } from '@/lib/api/playlists/create';
import { useFavorites } from '@/lib/api/playlists/favorites';
import { useFollowed } from '@/lib/api/playlists/followed';
import { usePlaylists } from '@/lib/api/playlists/list';
import { problemText } from '@/lib/api/problemText';
import { useTitle } from '@/lib/dom/useTitle';
import { withTexts } from '@/lib/i18n';
import { toast } from '@/lib/toast/store';
import { PlaylistDialog } from './PlaylistDialog';

const SmartPlaylistDialog = lazy(withTexts(async () => ({ default: (await import('./SmartPlaylistDialog')).SmartPlaylistDialog }), 'playlists', 'rules'));

const ImportDialog = lazy(async () => ({ default: (await import('./ImportDialog')).ImportDialog }));

/** Those of others that one follows. */
function Followed() {
  const { t } = useTranslation();
  const list = useFollowed();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isLoadingError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="followed" className="mt-12">
      <h2 id="followed" className="mb-6 text-xl">
        {t('playlists.followed')}
      </h2>
      <PlaylistCards items={items} />
      <More list={list} />
    </section>
  );
}

/** Leads to the favorites, which are made when they are first asked for. */
function Favorites() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const favorites = useFavorites();
  return (
    <Button
      busy={favorites.isPending}
      onClick={() => favorites.mutate(undefined, { onSuccess: ({ id }) => void navigate(`/playlist/${id}`), onError: (error) => toast(problemText(error, t), 'danger') })}
    >
      <Star size={18} aria-hidden />
      {t('playlists.favorites')}
    </Button>
  );
}

function Playlists({ onNew }: { onNew: () => void }) {
  const { t } = useTranslation();
  const list = usePlaylists();
  if (list.isPending) return <TrackGridSkeleton count={6} />;
  if (list.isLoadingError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <Empty
        title={t('playlists.empty')}
        action={
          <>
            <Button tone="accent" onClick={onNew}>
              {t('playlists.empty_action')}
            </Button>
            <Button asChild>
              <Link to="/discover">{t('playlists.discover')}</Link>
            </Button>
          </>
        }
      >
        {t('playlists.empty_text')}
      </Empty>
    );
  }
  return (
    <>
      <PlaylistCards items={items} />
      <More list={list} />
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const create = useCreatePlaylist();
  const total = usePlaylists().data?.pages[0]?.total;
  const [asking, setAsking] = useState<'plain' | 'smart' | null>(null);
  const [importing, setImporting] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  useTitle(t('playlists.title'));
  return (
    <Page>
      <PageHeader
        title={t('playlists.title')}
        actions={
          <>
            <Favorites />
            <Button onClick={() => setImporting(true)}>
              <FileUp size={18} aria-hidden />
              {t('playlists.import')}
            </Button>
            <Button onClick={() => setAsking('smart')}>
              <ListFilter size={18} aria-hidden />
              {t('playlists.new_smart')}
            </Button>
            <Button tone={total ? 'accent' : 'plain'} onClick={() => setAsking('plain')}>
              <ListPlus size={18} aria-hidden />
              {t('playlists.new')}
            </Button>
          </>
        }
      >
        {total ? t('playlists.total', { count: total }) : ' '}
      </PageHeader>
      <Playlists onNew={() => setAsking('plain')} />
      <Followed />
      {asking === 'plain' && made === null && (
        <PlaylistDialog onClose={() => setAsking(null)} onSave={async (form) => setMade((await create.mutateAsync(form)).id)} />
      )}
      {asking === 'smart' && made === null && (
        <Suspense>
          <SmartPlaylistDialog onClose={() => setAsking(null)} onSave={async (form) => setMade((await create.mutateAsync(form)).id)} />
        </Suspense>
      )}
      {importing && (
        <Suspense>
          <ImportDialog onClose={() => setImporting(false)} />
        </Suspense>
      )}
      {/* once the dialog is gone, and nothing in it unsaved any more */}
      {made !== null && <Navigate to={`/playlist/${made}`} />}
    </Page>
  );
}
