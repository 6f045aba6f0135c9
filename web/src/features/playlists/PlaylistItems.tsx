/* What is in a playlist. Whoever may change it moves items and takes them out here. */

import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LinkedText } from '@/components/text/LinkedText';
import { TrackRowsSkeleton } from '@/components/track/TrackSkeletons';
import { ROW } from '@/components/track/TrackRow';
import type { Entries, Entry } from '@/components/track/useEntries';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { ReorderList } from '@/components/ui/ReorderList';
import { useAddTrack } from '@/lib/api/playlists/addTrack';
import { useMoveItem } from '@/lib/api/playlists/moveItem';
import { useRemoveItem } from '@/lib/api/playlists/removeItem';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { Playlist, PlaylistItem } from '@/lib/api/schema';
import { toast, useToasts } from '@/lib/toast/store';
import { PlaylistRow } from './PlaylistRow';
import { unseenName } from './unseenName';

type Place = Entry<PlaylistItem>;

const keyOf = ({ item }: Place) => item.id;

function Nothing({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  if (!playlist.may_edit) return <Empty title={t('playlists.nothing')}>{playlist.is_smart && t('playlists.nothing_smart')}</Empty>;
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

interface PlaylistItemsProps extends Entries<PlaylistItem> {
  playlist: Playlist;
}

function PlaylistItems({ playlist, items, entries, tracks }: PlaylistItemsProps) {
  const { t } = useTranslation();
  const { id, may_edit: mayEdit } = playlist;
  const section = useRef<HTMLElement>(null);
  const undoing = useRef<number | null>(null);
  const move = useMoveItem(id);
  const remove = useRemoveItem();
  const add = useAddTrack();
  const [asking, setAsking] = useState<Place | null>(null);
  if (items.isPending) return <TrackRowsSkeleton count={playlist.track_count} />;
  if (items.isLoadingError) return <ErrorState error={items.error} onRetry={() => void items.refetch()} />;
  if (entries.length === 0) return <Nothing playlist={playlist} />;

  const refused = (error: unknown) => toast(problemText(error, t), 'danger');
  const titleOf = (entry: Place) => entry.track?.title ?? unseenName(t, entries.indexOf(entry) + 1, entry.item.wanted);

  const onMove = (from: number, to: number) => {
    const entry = entries[from];
    if (!entry) return;
    const rest = entries.filter((one) => one !== entry);
    const before = entries[from - 1]?.item.id ?? null;
    const put = (after: string | null) =>
      move.mutateAsync({ item: entry.item.id, after }).then(
        () => true,
        (error: unknown) => {
          toast(hasCode(error, 'conflict') ? t('playlists.put_back', { title: titleOf(entry) }) : problemText(error, t), 'danger');
          return false;
        },
      );
    void put(rest[to - 1]?.item.id ?? null).then((done) => {
      if (!done) return;
      const { close, show } = useToasts.getState();
      if (undoing.current !== null) close(undoing.current); /* one is enough, however many moves there are */
      undoing.current = show({ text: t('playlists.reordered', { title: titleOf(entry) }), action: { label: t('common.undo'), run: () => void put(before) } });
    });
  };

  async function takeOut(entry: Place) {
    const before = entries[entries.indexOf(entry) - 1]?.item.id ?? null;
    try {
      await remove.mutateAsync({ id, item: entry.item.id });
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
          movedText={(entry, place) => t('playlists.moved', { title: titleOf(entry), place, total: playlist.track_count ?? entries.length })}
        >
          {(entry, { index, isDragged, handle }) => (
            <PlaylistRow
              track={entry.track}
              wanted={entry.item.wanted}
              addedBy={entry.item.added_by?.id === playlist.owner.id ? null : entry.item.added_by}
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
          text={t(asking.item.wanted ? 'playlists.waiting_remove_text' : 'playlists.remove_unseen_text')}
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

/** What its page says of it below the tools: its description, and what is in it. */
export function PlaylistBody(props: PlaylistItemsProps) {
  const { description } = props.playlist;
  return (
    <>
      {description && (
        <p dir="auto" className="mt-6 max-w-prose text-base break-words whitespace-pre-line">
          <LinkedText text={description} />
        </p>
      )}
      <div className="mt-8">
        <PlaylistItems {...props} />
      </div>
    </>
  );
}
