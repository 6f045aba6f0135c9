/* What is in a playlist. Whoever may change it moves items and takes them out here. */

import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { TrackStripsSkeleton } from '@/components/track/TrackLists';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { ReorderList } from '@/components/ui/ReorderList';
import { useAddTrack } from '@/lib/api/playlists/addTrack';
import type { useItems } from '@/lib/api/playlists/items';
import { useMoveItem } from '@/lib/api/playlists/moveItem';
import { useRemoveItem } from '@/lib/api/playlists/removeItem';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { Playlist, PlaylistItem } from '@/lib/api/schema';
import { toast, useToasts } from '@/lib/toast/store';
import { trackOf, type ItemTrack } from './itemTrack';
import { PlaylistRow, ROW } from './PlaylistRow';
import { unseenName } from './unseenName';

interface Entry {
  id: string;
  track: ItemTrack | null;
  wanted: PlaylistItem['wanted'];
  addedBy: PlaylistItem['added_by'];
}

/** So many are loaded by themselves, so that they can be played one after the other. */
const BY_ITSELF = 1000;

const keyOf = (entry: Entry) => entry.id;
const none: never[] = [];

/** All items that are loaded, and those of their tracks that can be shown. */
export function useEntries(items: ReturnType<typeof useItems>) {
  const { hasNextPage, isFetching, isError, fetchNextPage } = items;
  const pages = items.data?.pages ?? none;
  const entries = useMemo(() => pages.flatMap((page) => page.items.map((item): Entry => ({ id: item.id, track: trackOf(item), wanted: item.wanted, addedBy: item.added_by }))), [pages]);
  const tracks = useMemo(() => entries.flatMap(({ track }) => track ?? []), [entries]);
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError && entries.length < BY_ITSELF) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, entries.length, fetchNextPage]);
  return { items, entries, tracks };
}

function Nothing({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  if (!playlist.may_edit) return <Empty title={t('playlists.nothing')} />;
  return (
    <Empty
      title={t('playlists.nothing')}
      action={
        <Button asChild tone="accent">
          <Link to="/discover">{t('playlists.discover')}</Link>
        </Button>
      }
    >
      {t('playlists.nothing_text')}
    </Empty>
  );
}

interface PlaylistItemsProps extends ReturnType<typeof useEntries> {
  playlist: Playlist;
}

export function PlaylistItems({ playlist, items, entries, tracks }: PlaylistItemsProps) {
  const { t } = useTranslation();
  const { id, may_edit: mayEdit } = playlist;
  const section = useRef<HTMLElement>(null);
  const move = useMoveItem(id);
  const remove = useRemoveItem();
  const add = useAddTrack();
  const [asking, setAsking] = useState<Entry | null>(null);
  if (items.isPending) return <TrackStripsSkeleton />;
  if (items.isError && entries.length === 0) return <ErrorState error={items.error} onRetry={() => void items.refetch()} />;
  if (entries.length === 0) return <Nothing playlist={playlist} />;

  const refused = (error: unknown) => toast(problemText(error, t), 'danger');
  const titleOf = (entry: Entry) => entry.track?.title ?? unseenName(t, entries.indexOf(entry) + 1, entry.wanted);

  const onMove = (from: number, to: number) => {
    const entry = entries[from];
    if (!entry) return;
    const rest = entries.filter((one) => one !== entry);
    move
      .mutateAsync({ item: entry.id, after: rest[to - 1]?.id ?? null })
      .catch((error: unknown) => toast(hasCode(error, 'conflict') ? t('playlists.put_back', { title: titleOf(entry) }) : problemText(error, t), 'danger'));
  };

  async function takeOut(entry: Entry) {
    const before = entries[entries.indexOf(entry) - 1]?.id ?? null;
    try {
      await remove.mutateAsync({ id, item: entry.id });
    } catch (error) {
      refused(error);
      return;
    }
    /* its row had the focus */
    if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
    const { track } = entry;
    if (!track) return;
    useToasts.getState().show({
      text: t('playlists.removed', { title: track.title }),
      action: { label: t('common.undo'), run: () => void add.mutateAsync({ id, trackId: track.id, after: before }).catch(refused) },
    });
  }

  return (
    <section ref={section} tabIndex={-1} aria-labelledby="playlist-items" className="outline-none">
      <h2 id="playlist-items" className="sr-only">
        {t('playlists.tracks')}
      </h2>
      <div className="border-t border-line">
        <ReorderList
          items={entries}
          keyOf={keyOf}
          rowHeight={ROW}
          onMove={onMove}
          movedText={(entry, place) => t('playlists.moved', { title: titleOf(entry), place, total: playlist.track_count })}
        >
          {(entry, { index, isDragged, handle }) => (
            <PlaylistRow
              track={entry.track}
              wanted={entry.wanted}
              addedBy={entry.addedBy?.id === playlist.owner.id ? null : entry.addedBy}
              place={index + 1}
              list={tracks}
              isDragged={isDragged}
              handle={mayEdit ? handle : undefined}
              /* what one cannot see cannot be put in again */
              onRemove={() => (entry.track ? void takeOut(entry) : setAsking(entry))}
            />
          )}
        </ReorderList>
      </div>
      <More list={items} />
      {asking && (
        <ConfirmDialog
          title={t('playlists.remove_unseen')}
          text={t(asking.wanted ? 'playlists.waiting_remove_text' : 'playlists.remove_unseen_text')}
          confirm={t('playlists.remove')}
          onClose={() => setAsking(null)}
          onConfirm={() => {
            setAsking(null);
            void takeOut(asking);
          }}
        />
      )}
    </section>
  );
}
