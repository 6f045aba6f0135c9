import { FileUp, ListPlus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate } from 'react-router';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { Page, PageHeader } from '@/components/ui/Page';
import { TrackGridSkeleton } from '@/components/track/TrackLists';
import { useCreatePlaylist } from '@/lib/api/playlists/create';
import { usePlaylists } from '@/lib/api/playlists/list';
import type { Playlist } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { PlaylistCover } from './PlaylistCover';
import { PlaylistDialog } from './PlaylistDialog';
import { Size, Visibility } from './PlaylistFacts';

const ImportDialog = lazy(async () => ({ default: (await import('./ImportDialog')).ImportDialog }));

function Card({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  return (
    <article className="group relative min-w-0">
      <PlaylistCover playlist={playlist} sizes="(min-width: 1024px) 240px, (min-width: 640px) 33vw, 50vw" className="w-full rounded-card" />
      <h2 title={playlist.name} className="mt-3 line-clamp-2 text-base leading-tight break-words">
        {/* the link is as large as the card */}
        <Link to={`/playlist/${playlist.id}`} dir="auto" className="group-hover:underline after:absolute after:inset-0 after:rounded-card">
          {playlist.name}
        </Link>
      </h2>
      {!playlist.is_mine && (
        <p dir="auto" className="mt-0.5 truncate text-sm text-muted">
          {t('playlists.by', { name: playlist.owner.display_name })}
        </p>
      )}
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-muted">
        <Size playlist={playlist} />
        <Visibility playlist={playlist} />
      </p>
    </article>
  );
}

function Playlists({ onNew }: { onNew: () => void }) {
  const { t } = useTranslation();
  const list = usePlaylists();
  if (list.isPending) return <TrackGridSkeleton count={6} />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
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
      <ul className="grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 sm:gap-x-6 lg:grid-cols-4 xl:grid-cols-5 2xl:grid-cols-6">
        {items.map((playlist) => (
          <li key={playlist.id} className="min-w-0">
            <Card playlist={playlist} />
          </li>
        ))}
      </ul>
      <More list={list} />
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const create = useCreatePlaylist();
  const total = usePlaylists().data?.pages[0]?.total;
  const [asking, setAsking] = useState(false);
  const [importing, setImporting] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  useTitle(t('playlists.title'));
  return (
    <Page>
      <PageHeader
        title={t('playlists.title')}
        actions={
          <>
            <Button onClick={() => setImporting(true)}>
              <FileUp size={18} aria-hidden />
              {t('playlists.import')}
            </Button>
            <Button tone={total ? 'accent' : 'plain'} onClick={() => setAsking(true)}>
              <ListPlus size={18} aria-hidden />
              {t('playlists.new')}
            </Button>
          </>
        }
      >
        {total ? t('playlists.total', { count: total }) : ' '}
      </PageHeader>
      <Playlists onNew={() => setAsking(true)} />
      {asking && made === null && (
        <PlaylistDialog onClose={() => setAsking(false)} onSave={async (form) => setMade((await create.mutateAsync(form)).id)} />
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
