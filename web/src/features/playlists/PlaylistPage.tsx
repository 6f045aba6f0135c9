import { useQueryClient } from '@tanstack/react-query';
import { Copy, Download, Link2, Pause, Pencil, Play, Share2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useCoverHue } from '@/components/cover/useCoverHue';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { startTrack } from '@/components/track/usePlayFrom';
import { useShare } from '@/components/track/useShare';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { HueBox } from '@/components/ui/HueBox';
import { Menu, MenuItem } from '@/components/ui/Menu';
import { NotFound } from '@/components/ui/NotFound';
import { Page } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { API } from '@/lib/api/client';
import { useDuplicatePlaylist } from '@/lib/api/playlists/duplicate';
import { forgetPlaylist } from '@/lib/api/playlists/cache';
import { usePlaylist } from '@/lib/api/playlists/get';
import { useRemovePlaylist } from '@/lib/api/playlists/remove';
import { useUpdatePlaylist } from '@/lib/api/playlists/update';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { Playlist } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { largeTitle } from '@/lib/format/largeTitle';
import { isPlayable } from '@/lib/player/contract';
import { usePlayer, warmUp } from '@/lib/player/store';
import { toast } from '@/lib/toast/store';
import type { ItemTrack } from './itemTrack';
import { PlaylistCover } from './PlaylistCover';
import { PlaylistDialog } from './PlaylistDialog';
import { Size, Visibility } from './PlaylistFacts';
import { PlaylistItems, useEntries } from './PlaylistItems';

/** Plays it from its first track; pauses and goes on where one of its tracks is loaded. */
function PlayAll({ name, tracks }: { name: string; tracks: readonly ItemTrack[] }) {
  const { t } = useTranslation();
  const current = usePlayer((s) => s.current?.id);
  const playing = usePlayer((s) => s.isPlaying);
  const isCurrent = tracks.some((track) => track.id === current);
  const first = tracks.find(isPlayable);
  const Icon = isCurrent && playing ? Pause : Play;
  return (
    <button
      type="button"
      aria-label={t(isCurrent && playing ? 'playlists.pause' : 'playlists.play', { name })}
      disabled={!first}
      onClick={() => {
        if (isCurrent) usePlayer.getState().toggle();
        else if (first) startTrack(first, { list: tracks });
      }}
      onPointerEnter={() => void warmUp()}
      onFocus={() => void warmUp()}
      className="fills inline-flex size-16 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-[transform,filter,background-color] duration-150 hover:brightness-105 active:scale-95 disabled:bg-line disabled:text-muted"
    >
      <Icon size={26} aria-hidden className={Icon === Play ? 'ms-[6%] fill-current rtl:-scale-x-100' : 'fill-current'} />
    </button>
  );
}

function Share({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  const { canShare, share } = useShare({ path: `/playlist/${playlist.id}`, title: playlist.name });
  return (
    <Button onClick={() => void share()}>
      {canShare ? <Share2 size={18} aria-hidden /> : <Link2 size={18} aria-hidden />}
      {t(canShare ? 'track.share' : 'track.copy_link')}
    </Button>
  );
}

const FORMATS = ['m3u', 'json', 'xspf', 'csv'] as const;

function Export({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  return (
    <Menu
      align="start"
      trigger={
        <Button>
          <Download size={18} aria-hidden />
          {t('playlists.export')}
        </Button>
      }
    >
      {FORMATS.map((format) => (
        <MenuItem key={format} asChild>
          <a href={`${API}/playlists/${playlist.id}/export/${format}`} download>
            {t(`playlists.export_${format}`)}
          </a>
        </MenuItem>
      ))}
    </Menu>
  );
}

function Duplicate({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const duplicate = useDuplicatePlaylist();
  async function make() {
    try {
      const copy = await duplicate.mutateAsync(playlist.id);
      await navigate(`/playlist/${copy.id}`);
      toast(t('playlists.copied', { name: copy.name }), 'ok');
    } catch (error) {
      toast(problemText(error, t), 'danger');
    }
  }
  return (
    <Button busy={duplicate.isPending} onClick={() => void make()}>
      <Copy size={18} aria-hidden />
      {t('playlists.copy')}
    </Button>
  );
}

function DeleteDialog({ playlist, onClose }: { playlist: Playlist; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const remove = useRemovePlaylist();
  async function confirm() {
    try {
      await remove.mutateAsync(playlist.id);
    } catch (error) {
      toast(problemText(error, t), 'danger');
      return;
    }
    toast(t('playlists.deleted', { name: playlist.name }));
    await navigate('/playlists');
    forgetPlaylist(client, playlist.id);
  }
  return (
    <ConfirmDialog
      title={t('playlists.delete_title')}
      text={t('playlists.delete_text', { name: playlist.name })}
      confirm={t('common.delete')}
      busy={remove.isPending}
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  );
}

function Loaded({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const entries = useEntries(playlist.id);
  const update = useUpdatePlaylist();
  const [dialog, setDialog] = useState<'edit' | 'delete' | null>(null);
  const hue = useCoverHue(playlist.covers[0] ?? { id: playlist.id, cover_url: null });
  const close = () => setDialog(null);
  const { owner } = playlist;
  return (
    <article>
      <HueBox hue={hue} className="hue-wash">
        <div className="mx-auto grid max-w-[1440px] gap-6 px-4 pt-8 sm:px-6 sm:pt-12 md:grid-cols-[minmax(0,1fr)_minmax(180px,320px)] md:gap-10">
          <header className="flex min-w-0 flex-col justify-end max-md:order-last">
            <p className="mb-3 text-sm text-muted">
              <Visibility playlist={playlist} />
            </p>
            <h1 dir="auto" title={playlist.name} className={`hyphens-auto ${largeTitle(playlist.name)}`}>
              {playlist.name}
            </h1>
            <p className="mt-4 truncate text-lg text-muted">
              <Link to={`/u/${encodeURIComponent(owner.username)}`} className="hover:text-ink hover:underline">
                <bdi>{owner.display_name}</bdi> <span className="text-sm">@{owner.username}</span>
              </Link>
            </p>
            <p className="mt-1 flex flex-wrap gap-x-4 text-sm text-muted">
              <Size playlist={playlist} />
            </p>
            {playlist.origin && (
              <p className="mt-1 truncate text-sm text-muted">
                <Link to={`/playlist/${playlist.origin.id}`} dir="auto" className="underline hover:text-ink">
                  {t('playlists.copied_from', { name: playlist.origin.name })}
                </Link>
              </p>
            )}
          </header>
          <PlaylistCover playlist={playlist} sizes="(min-width: 768px) 320px, 60vw" className="w-3/5 max-w-80 rounded-card md:w-full" />
        </div>
      </HueBox>

      <div className="mx-auto max-w-[1440px] px-4 pt-8 pb-16 sm:px-6">
        <div className="flex flex-wrap items-center gap-2">
          {entries.tracks.length > 0 && (
            <span className="me-2 inline-flex">
              <PlayAll name={playlist.name} tracks={entries.tracks} />
            </span>
          )}
          {playlist.is_public && <Share playlist={playlist} />}
          {me && <Export playlist={playlist} />}
          {me && <Duplicate playlist={playlist} />}
          {playlist.is_mine && (
            <>
              <Button onClick={() => setDialog('edit')}>
                <Pencil size={18} aria-hidden />
                {t('common.edit')}
              </Button>
              <Button tone="danger" onClick={() => setDialog('delete')}>
                <Trash2 size={18} aria-hidden />
                {t('common.delete')}
              </Button>
            </>
          )}
        </div>
        {playlist.description && (
          <p dir="auto" className="mt-6 max-w-prose text-base break-words whitespace-pre-line">
            {playlist.description}
          </p>
        )}
        <div className="mt-8">
          <PlaylistItems playlist={playlist} {...entries} />
        </div>
      </div>

      {dialog === 'edit' && (
        <PlaylistDialog
          playlist={playlist}
          onClose={close}
          onSave={async (changes) => {
            await update.mutateAsync({ id: playlist.id, changes });
            toast(t('playlists.saved'), 'ok');
            close();
          }}
        />
      )}
      {dialog === 'delete' && <DeleteDialog playlist={playlist} onClose={close} />}
    </article>
  );
}

export function Component() {
  const { id = '' } = useParams();
  const { t } = useTranslation();
  const playlist = usePlaylist(id);
  useTitle(playlist.data?.name);

  if (playlist.isPending) {
    return (
      <Page>
        <h1 className="sr-only">{t('common.loading')}</h1>
        <div className="size-40 animate-pulse rounded-card bg-sunk" />
        <PeaksSkeleton seed={id} className="mt-10 h-16" bars={160} />
      </Page>
    );
  }
  if (hasCode(playlist.error, 'not_found', 'validation', 'forbidden')) return <NotFound title={t('playlists.missing')} />;
  if (playlist.isError) {
    return (
      <Page>
        <ErrorState page error={playlist.error} onRetry={() => void playlist.refetch()} />
      </Page>
    );
  }
  return <Loaded key={id} playlist={playlist.data} />;
}
