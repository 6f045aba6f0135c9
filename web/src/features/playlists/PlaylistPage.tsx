import { useQueryClient } from '@tanstack/react-query';
import { Bell, BellRing, ChartColumn, Code, Copy, Download, History, ListFilter, Pencil, Share2, Sparkles, Trash2, Users } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { PlayAll } from '@/components/track/PlayAll';
import { useEntries } from '@/components/track/useEntries';
import { EmbedDialog } from '@/components/share/LazyEmbedDialog';
import { ShareButton } from '@/components/share/ShareButton';
import { Actions, type Action } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
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

const ShareDialog = lazy(withTexts(async () => ({ default: (await import('./ShareDialog')).ShareDialog }), 'playlists', 'sharing'));

const FORMATS = ['m3u', 'json', 'xspf', 'csv'] as const;

const CollaboratorsDialog = lazy(async () => ({ default: (await import('./CollaboratorsDialog')).CollaboratorsDialog }));

const FiguresDialog = lazy(withTexts(async () => ({ default: (await import('./FiguresDialog')).FiguresDialog }), 'playlists', 'sharing'));

const SmartPlaylistDialog = lazy(withTexts(async () => ({ default: (await import('./SmartPlaylistDialog')).SmartPlaylistDialog }), 'playlists', 'rules'));

const HistoryDialog = lazy(async () => ({ default: (await import('./HistoryDialog')).HistoryDialog }));

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
function useChoose({ id, is_editorial: on }: Playlist): Action {
  const { t } = useTranslation();
  const choose = useSetEditorial(id);
  return {
    label: t('playlists.choose'),
    icon: Sparkles,
    pressed: on,
    busy: choose.isPending,
    rare: true,
    onSelect: () => choose.mutate(!on, { onError: (error) => toast(problemText(error, t), 'danger') }),
  };
}

function useDuplicate({ id }: Playlist): Action {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const duplicate = useDuplicatePlaylist();
  async function make() {
    try {
      const copy = await duplicate.mutateAsync(id);
      await navigate(`/playlist/${copy.id}`);
      toast(t('playlists.copied', { name: copy.name }), 'ok');
    } catch (error) {
      toast(problemText(error, t), 'danger');
    }
  }
  return { label: t('playlists.copy'), icon: Copy, busy: duplicate.isPending, onSelect: () => void make() };
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
  const [dialog, setDialog] = useState<'edit' | 'delete' | 'share' | 'embed' | 'people' | 'history' | 'figures' | 'rules' | null>(null);
  const close = () => setDialog(null);
  usePlaylistChanges(playlist.id);
  const { id, may_edit: mayEdit } = playlist;
  const isOpen = playlist.visibility !== 'private';
  const choose = useChoose(playlist), duplicate = useDuplicate(playlist);
  useEffect(() => {
    if (!mayEdit) tellOpened(id);
  }, [id, mayEdit]);
  return (
    <article>
      <PlaylistHeader playlist={playlist} />

      <div className="mx-auto max-w-[1440px] px-4 pt-8 pb-16 sm:px-6">
        <Actions
          title={playlist.name}
          actions={[
            !playlist.is_mine && isOpen && { label: t('track.embed'), icon: Code, onSelect: () => setDialog('embed') },
            me && (playlist.is_mine || playlist.is_shared_with_me) && { label: t('playlists.people'), icon: Users, onSelect: () => setDialog('people') },
            me && { label: t('playlists.export'), icon: Download, files: FORMATS.map((format) => ({ label: t(`playlists.export_${format}`), href: `${API}/playlists/${id}/export/${format}` })), rare: true },
            me && duplicate,
            me?.role === 'admin' && (playlist.visibility === 'public' || playlist.is_editorial) && choose,
            playlist.is_mine && { label: t('playlists.figures'), icon: ChartColumn, onSelect: () => setDialog('figures'), rare: true },
            (playlist.may_edit || playlist.may_manage) && { label: t('playlists.history'), icon: History, onSelect: () => setDialog('history'), rare: true },
            playlist.rules && { label: t('playlists.rules'), icon: ListFilter, onSelect: () => setDialog('rules') },
            playlist.may_manage && { label: t('common.edit'), icon: Pencil, onSelect: () => setDialog('edit') },
            playlist.is_mine && { label: t('common.delete'), icon: Trash2, onSelect: () => setDialog('delete'), danger: true, rare: true },
          ]}
        >
          <PlayAll title={playlist.name} count={playlist.track_count} {...entries} />
          {playlist.is_mine ? (
            <Button onClick={() => setDialog('share')}>
              <Share2 size={18} aria-hidden />
              {t('playlists.share')}
            </Button>
          ) : (
            isOpen && <ShareButton path={`/playlist/${id}`} title={playlist.name} />
          )}
          {me && !playlist.is_mine && <Follow playlist={playlist} />}
        </Actions>
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
      {dialog === 'embed' && (
        <Suspense>
          <EmbedDialog path={`/playlist/${id}`} title={playlist.name} isList onClose={close} />
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
