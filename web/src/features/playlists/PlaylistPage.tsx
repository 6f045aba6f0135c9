import { useQueryClient } from '@tanstack/react-query';
import { Bell, BellRing, ChartColumn, Copy, Download, History, Link2, ListFilter, Pencil, Share2, Sparkles, Trash2, Users } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { PlayAll } from '@/components/track/PlayAll';
import { useEntries } from '@/components/track/useEntries';
import { EmbedButton } from '@/components/share/EmbedButton';
import { useShare } from '@/components/track/useShare';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { Menu, MenuItem } from '@/components/ui/Menu';
import { NotFound } from '@/components/ui/NotFound';
import { Page } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { API } from '@/lib/api/client';
import { tellOpened } from '@/lib/api/playlists/analytics';
import { useDuplicatePlaylist } from '@/lib/api/playlists/duplicate';
import { useSetEditorial } from '@/lib/api/playlists/editorial';
import { useFollowPlaylist } from '@/lib/api/playlists/follow';
import { forgetPlaylist } from '@/lib/api/playlists/cache';
import { usePlaylist } from '@/lib/api/playlists/get';
import { useItems } from '@/lib/api/playlists/items';
import { useRemovePlaylist } from '@/lib/api/playlists/remove';
import { useUpdatePlaylist, type PlaylistChanges } from '@/lib/api/playlists/update';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { Playlist } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { withTexts } from '@/lib/i18n';
import { usePlaylistChanges } from '@/lib/realtime/usePlaylistChanges';
import { toast, useToasts } from '@/lib/toast/store';
import { PlaylistDialog } from './PlaylistDialog';
import { PlaylistHeader, PlaylistSkeleton } from './PlaylistHeader';
import { PlaylistBody } from './PlaylistItems';

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

const ShareDialog = lazy(withTexts(async () => ({ default: (await import('./ShareDialog')).ShareDialog }), 'playlists', 'sharing'));

const CollaboratorsDialog = lazy(async () => ({ default: (await import('./CollaboratorsDialog')).CollaboratorsDialog }));

const FiguresDialog = lazy(withTexts(async () => ({ default: (await import('./FiguresDialog')).FiguresDialog }), 'playlists', 'sharing'));

const SmartPlaylistDialog = lazy(withTexts(async () => ({ default: (await import('./SmartPlaylistDialog')).SmartPlaylistDialog }), 'playlists', 'rules'));

const HistoryDialog = lazy(async () => ({ default: (await import('./HistoryDialog')).HistoryDialog }));

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

function Follow({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  const follow = useFollowPlaylist();
  const on = playlist.is_following;
  return (
    <Button
      tone={on ? 'plain' : 'accent'}
      aria-pressed={on}
      onClick={() => follow.mutate({ id: playlist.id, on: !on }, { onError: (error) => toast(problemText(error, t), 'danger') })}
    >
      {on ? <BellRing size={18} aria-hidden /> : <Bell size={18} aria-hidden />}
      {t(on ? 'playlists.following' : 'playlists.follow')}
    </Button>
  );
}

/** For administrators. Whoever else may choose does it by the API. */
function Choose({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  const choose = useSetEditorial(playlist.id);
  const on = playlist.is_editorial;
  return (
    <Button aria-pressed={on} busy={choose.isPending} onClick={() => choose.mutate(!on, { onError: (error) => toast(problemText(error, t), 'danger') })}>
      <Sparkles size={18} aria-hidden />
      {t('playlists.choose')}
    </Button>
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
  const entries = useEntries(useItems(playlist.id, true));
  const update = useUpdatePlaylist();
  /** Saves the form, and offers to undo it. */
  const save = async (changes: PlaylistChanges, before: PlaylistChanges) => {
    await update.mutateAsync({ id: playlist.id, changes });
    close();
    const refused = (error: unknown) => toast(problemText(error, t), 'danger');
    useToasts.getState().show({
      text: t('playlists.saved'),
      tone: 'ok',
      action: { label: t('common.undo'), run: () => update.mutate({ id: playlist.id, changes: before }, { onError: refused }) },
    });
  };
  const [dialog, setDialog] = useState<'edit' | 'delete' | 'share' | 'people' | 'history' | 'figures' | 'rules' | null>(null);
  const close = () => setDialog(null);
  usePlaylistChanges(playlist.id);
  const { id, may_edit: mayEdit } = playlist;
  useEffect(() => {
    if (!mayEdit) tellOpened(id);
  }, [id, mayEdit]);
  return (
    <article>
      <PlaylistHeader playlist={playlist} />

      <div className="mx-auto max-w-[1440px] px-4 pt-8 pb-16 sm:px-6">
        <div className="flex flex-wrap items-center gap-2">
          {entries.tracks.length > 0 && (
            <span className="me-2 inline-flex">
              <PlayAll title={playlist.name} tracks={entries.tracks} />
            </span>
          )}
          {playlist.is_mine ? (
            <Button onClick={() => setDialog('share')}>
              <Share2 size={18} aria-hidden />
              {t('playlists.share')}
            </Button>
          ) : (
            playlist.visibility !== 'private' && (
              <>
                <Share playlist={playlist} />
                <EmbedButton path={`/playlist/${playlist.id}`} title={playlist.name} isList />
              </>
            )
          )}
          {me && (playlist.is_mine || playlist.is_shared_with_me) && (
            <Button onClick={() => setDialog('people')}>
              <Users size={18} aria-hidden />
              {t('playlists.people')}
            </Button>
          )}
          {me && !playlist.is_mine && <Follow playlist={playlist} />}
          {me && <Export playlist={playlist} />}
          {me && <Duplicate playlist={playlist} />}
          {me?.role === 'admin' && (playlist.visibility === 'public' || playlist.is_editorial) && <Choose playlist={playlist} />}
          {playlist.is_mine && (
            <Button onClick={() => setDialog('figures')}>
              <ChartColumn size={18} aria-hidden />
              {t('playlists.figures')}
            </Button>
          )}
          {(playlist.may_edit || playlist.may_manage) && (
            <Button onClick={() => setDialog('history')}>
              <History size={18} aria-hidden />
              {t('playlists.history')}
            </Button>
          )}
          {playlist.rules && (
            <Button onClick={() => setDialog('rules')}>
              <ListFilter size={18} aria-hidden />
              {t('playlists.rules')}
            </Button>
          )}
          {playlist.may_manage && (
            <Button onClick={() => setDialog('edit')}>
              <Pencil size={18} aria-hidden />
              {t('common.edit')}
            </Button>
          )}
          {playlist.is_mine && (
            <Button tone="danger" onClick={() => setDialog('delete')}>
              <Trash2 size={18} aria-hidden />
              {t('common.delete')}
            </Button>
          )}
        </div>
        <PlaylistBody playlist={playlist} {...entries} />
      </div>

      {dialog === 'edit' && (
        <PlaylistDialog
          playlist={playlist}
          onClose={close}
          onSave={async (changes) => {
            const { name, description, visibility } = playlist;
            await save(changes, { name, description, visibility });
          }}
        />
      )}
      {dialog === 'rules' && (
        <Suspense>
          <SmartPlaylistDialog
            playlist={playlist}
            onClose={close}
            onSave={async ({ rules }) => {
              if (playlist.rules) await save({ rules }, { rules: playlist.rules });
            }}
          />
        </Suspense>
      )}
      {dialog === 'people' && me && (
        <Suspense>
          <CollaboratorsDialog playlist={playlist} me={me.id} onClose={close} />
        </Suspense>
      )}
      {dialog === 'figures' && (
        <Suspense>
          <FiguresDialog playlist={playlist} onClose={close} />
        </Suspense>
      )}
      {dialog === 'history' && (
        <Suspense>
          <HistoryDialog playlist={playlist} onClose={close} />
        </Suspense>
      )}
      {dialog === 'share' && (
        <Suspense>
          <ShareDialog playlist={playlist} onClose={close} />
        </Suspense>
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

  if (playlist.isPending) return <PlaylistSkeleton id={id} />;
  if (hasCode(playlist.error, 'not_found', 'validation', 'forbidden')) return <NotFound title={t('playlists.missing')} />;
  if (playlist.isLoadingError) {
    return (
      <Page>
        <ErrorState page error={playlist.error} onRetry={() => void playlist.refetch()} />
      </Page>
    );
  }
  return <Loaded key={id} playlist={playlist.data} />;
}
