/* What is in a release, disc after disc. Its owner moves tracks, also to other discs, and takes them out here. */

import { Plus } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TrackRowsSkeleton } from '@/components/track/TrackSkeletons';
import { ROW } from '@/components/track/TrackRow';
import type { Entries, Entry } from '@/components/track/useEntries';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { ReorderList } from '@/components/ui/ReorderList';
import { useAddTracks } from '@/lib/api/releases/addTracks';
import { useMoveTrack } from '@/lib/api/releases/moveTrack';
import { useRemoveTrackOf } from '@/lib/api/releases/removeTrack';
import { problemText } from '@/lib/api/problemText';
import type { Release, ReleaseTrack } from '@/lib/api/schema';
import { toast, useToasts } from '@/lib/toast/store';
import { ReleaseRow } from './ReleaseRow';

const AddTracksDialog = lazy(() => import('./AddTracksDialog'));
const HeldTrackDialog = lazy(() => import('./HeldTrackDialog'));

type Place = Entry<ReleaseTrack>;

const LAST_DISC = 99;

const keyOf = ({ item }: Place) => item.track_id ?? `${item.disc}.${item.number}`;

export function ReleaseTracks({ release, items, entries, tracks }: { release: Release } & Entries<ReleaseTrack>) {
  const { t } = useTranslation();
  const { id, is_mine: mayEdit } = release;
  const section = useRef<HTMLElement>(null);
  const move = useMoveTrack(id);
  const remove = useRemoveTrackOf(id);
  const add = useAddTracks(id);
  const [dialog, setDialog] = useState<'add' | ReleaseTrack | null>(null);
  if (items.isPending) return <TrackRowsSkeleton count={release.track_count} />;
  if (items.isLoadingError) return <ErrorState error={items.error} onRetry={() => void items.refetch()} />;

  const refused = (error: unknown) => toast(problemText(error, t), 'danger');
  const discs = [...new Set(entries.map(({ item }) => item.disc))];
  const last = Math.max(1, ...discs);
  const placeOf = ({ item }: Place) => (discs.length > 1 ? `${item.disc}.${item.number}` : String(item.number));
  const titleOf = (entry: Place) => entry.track?.title ?? placeOf(entry);
  const send = (entry: Place, after: string | null, disc: number) => {
    if (entry.item.track_id !== null) move.mutateAsync({ track_id: entry.item.track_id, after, disc }).catch(refused);
  };

  const onMove = (from: number, to: number) => {
    const entry = entries[from];
    if (!entry) return;
    const rest = entries.filter((one) => one !== entry);
    const before = rest[to - 1]?.item;
    /* over the border between two discs it goes onto the other one before it moves on */
    const next = rest[to]?.item;
    if (from > to && next && before && before.disc !== next.disc && entry.item.disc === next.disc) send(entry, null, next.disc);
    else if (from < to && before && next && before.disc !== next.disc && entry.item.disc === before.disc) send(entry, before.track_id, before.disc);
    else send(entry, before?.track_id ?? null, before?.disc ?? next?.disc ?? 1);
  };

  const toDisc = (entry: Place, disc: number) => {
    const on = entries.filter((one) => one !== entry && one.item.disc === disc);
    send(entry, on[on.length - 1]?.item.track_id ?? null, disc);
  };

  async function takeOut({ item, track }: Place) {
    const { track_id: trackId, disc, access } = item;
    if (trackId === null) return;
    try {
      await remove.mutateAsync(trackId);
    } catch (error) {
      refused(error);
      return;
    }
    /* its row had the focus */
    if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
    useToasts.getState().show({
      text: t('releases.removed', { title: track?.title ?? '' }),
      action: { label: t('common.undo'), run: () => void add.mutateAsync({ track_ids: [trackId], disc, ...(access ? { access } : {}) }).catch(refused) },
    });
  }

  const held = new Set(entries.flatMap(({ item }) => item.track_id ?? []));
  return (
    <section ref={section} tabIndex={-1} aria-labelledby="release-tracks" className="outline-none">
      <h2 id="release-tracks" className="sr-only">
        {t('releases.tracks')}
      </h2>
      {entries.length === 0 ? (
        <Empty title={t('releases.nothing')}>{mayEdit && t('releases.nothing_text')}</Empty>
      ) : (
        <div className="border-t border-line">
          <ReorderList
            items={entries}
            keyOf={keyOf}
            rowHeight={ROW}
            onMove={onMove}
            movedText={(entry, place) => t('releases.moved', { title: titleOf(entry), place, total: entries.length })}
          >
            {(entry, { isDragged, handle }) => (
              <ReleaseRow
                item={entry.item}
                track={entry.track}
                place={placeOf(entry)}
                list={tracks}
                isDragged={isDragged}
                handle={mayEdit ? handle : undefined}
                discs={[...discs, ...(last < LAST_DISC ? [last + 1] : [])].filter((disc) => disc !== entry.item.disc)}
                onDisc={(disc) => toDisc(entry, disc)}
                onSettings={() => setDialog(entry.item)}
                onRemove={() => void takeOut(entry)}
              />
            )}
          </ReorderList>
        </div>
      )}
      <More list={items} />
      {mayEdit && (
        <Button className="mt-4" onClick={() => setDialog('add')}>
          <Plus size={18} aria-hidden />
          {t('releases.add_tracks')}
        </Button>
      )}
      <Suspense fallback={null}>
        {dialog === 'add' && <AddTracksDialog release={release} disc={last} held={held} onClose={() => setDialog(null)} />}
        {dialog !== null && dialog !== 'add' && <HeldTrackDialog release={release} item={dialog} onClose={() => setDialog(null)} />}
      </Suspense>
    </section>
  );
}
