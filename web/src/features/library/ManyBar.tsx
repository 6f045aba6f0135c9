/* What can be done with the tracks that are ticked; and, of what did not work, why. */

import { CircleAlert, Disc3, ListMusic, Pencil, Trash2, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { IconButton } from '@/components/ui/IconButton';
import { problemText } from '@/lib/api/problemText';
import type { Track } from '@/lib/api/schema';
import { useRemoveMany, useUpdateMany, type ManyChanges, type Outcome } from '@/lib/api/tracks/batch';
import { askForPlaylist } from '@/lib/playlists/adding';
import { toast, useToasts } from '@/lib/toast/store';

const AddToReleaseDialog = lazy(() => import('./AddToReleaseDialog'));
const DeleteManyDialog = lazy(() => import('./DeleteManyDialog'));
const EditManyDialog = lazy(() => import('./EditManyDialog'));

interface Failed {
  id: string;
  title: string;
  outcome: Exclude<Outcome, 'done'>;
}

/** The tracks with which it did not work, each with the reason. */
function FailedDialog({ failed, done, onClose }: { failed: readonly Failed[]; done: number; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('library.many.failed_title', { count: failed.length })} description={done > 0 ? t('library.many.worked', { count: done }) : t('library.many.worked_none')}>
      <ul className="max-h-[min(50dvh,360px)] overflow-y-auto overscroll-contain border-t border-line">
        {failed.map(({ id, title, outcome }) => (
          <li key={id} className="flex gap-2.5 border-b border-line py-2">
            <CircleAlert size={18} aria-hidden className="mt-px shrink-0 text-danger" />
            <div className="min-w-0">
              <p dir="auto" className="truncate font-semibold">
                {title}
              </p>
              <p className="text-sm text-muted">{outcome === 'missing' ? t('library.many.missing') : problemText(outcome, t)}</p>
            </div>
          </li>
        ))}
      </ul>
      <div className="mt-4 flex justify-end">
        <Button onClick={onClose}>{t('common.close')}</Button>
      </div>
    </Dialog>
  );
}

/** What the tracks were before a change of this kind. */
const before = (track: Track, change: ManyChanges): ManyChanges => ({
  ...(change.visibility ? { visibility: track.visibility, ...(track.visibility === 'scheduled' ? { publish_at: track.publish_at, publish_zone: track.publish_zone } : {}) } : {}),
  ...(change.genre === undefined ? {} : { genre: track.genre }),
  ...(change.tags ? { tags: track.tags } : {}),
});

interface ManyBarProps {
  tracks: readonly Track[];
  onNone: () => void;
}

export function ManyBar({ tracks, onNone }: ManyBarProps) {
  const { t } = useTranslation();
  const update = useUpdateMany();
  const remove = useRemoveMany();
  const [dialog, setDialog] = useState<'edit' | 'release' | 'delete' | null>(null);
  const [failed, setFailed] = useState<{ failed: Failed[]; done: number } | null>(null);
  const count = tracks.length;
  const close = () => setDialog(null);

  /** Says what did not work, and how many did. */
  function tell(outcomes: ReadonlyMap<string, Outcome>, titles: ReadonlyMap<string, string>): number {
    const wrong = [...outcomes].flatMap(([id, outcome]) => (outcome === 'done' ? [] : { id, title: titles.get(id) ?? '', outcome }));
    const done = outcomes.size - wrong.length;
    if (wrong.length > 0) setFailed({ failed: wrong, done });
    return done;
  }
  const titles = new Map(tracks.map(({ id, title }) => [id, title]));

  async function save(changes: ReadonlyMap<string, ManyChanges>) {
    const old = new Map(tracks.flatMap((track) => (changes.has(track.id) ? [[track.id, before(track, changes.get(track.id) ?? {})] as const] : [])));
    const outcomes = await update.mutateAsync(changes);
    const done = tell(outcomes, titles);
    if (changes.size === 0) toast(t('library.many.nothing'));
    if (done === 0) return;
    const undo = new Map([...old].filter(([id]) => outcomes.get(id) === 'done'));
    useToasts.getState().show({
      text: t('library.many.saved', { count: done }),
      action: { label: t('common.undo'), run: () => void update.mutateAsync(undo).then((again) => tell(again, titles)) },
    });
  }

  async function destroy() {
    const done = tell(await remove.mutateAsync([...titles.keys()]), titles);
    if (done > 0) toast(t('library.many.deleted', { count: done }));
  }

  return (
    <>
      {count > 0 && (
        <div
          role="toolbar"
          aria-label={t('library.many.tools')}
          className="sticky bottom-[calc(var(--player-h)+var(--tabs-h)+12px)] z-20 mt-3 flex flex-wrap items-center gap-2 rounded-card bg-raised p-2 shadow-float animate-rise"
        >
          <IconButton size="sm" label={t('library.many.none')} onClick={onNone}>
            <X size={18} aria-hidden />
          </IconButton>
          <p role="status" className="me-auto text-sm font-semibold tabular-nums">
            {t('library.many.selected', { count })}
          </p>
          <div className="grid grid-cols-2 gap-2 max-sm:w-full sm:flex">
            <Button size="sm" onClick={() => setDialog('edit')}>
              <Pencil size={16} aria-hidden />
              {t('common.edit')}
            </Button>
            <Button size="sm" onClick={() => askForPlaylist(tracks)}>
              <ListMusic size={16} aria-hidden />
              {t('library.many.playlist')}
            </Button>
            <Button size="sm" onClick={() => setDialog('release')}>
              <Disc3 size={16} aria-hidden />
              {t('library.many.release')}
            </Button>
            <Button size="sm" tone="danger" onClick={() => setDialog('delete')}>
              <Trash2 size={16} aria-hidden />
              {t('common.delete')}
            </Button>
          </div>
        </div>
      )}
      <Suspense fallback={null}>
        {dialog === 'edit' && <EditManyDialog tracks={tracks} onSave={save} onClose={close} />}
        {dialog === 'release' && <AddToReleaseDialog tracks={tracks} onClose={close} />}
        {dialog === 'delete' && <DeleteManyDialog tracks={tracks} onDelete={destroy} onClose={close} />}
      </Suspense>
      {failed && <FailedDialog {...failed} onClose={() => setFailed(null)} />}
    </>
  );
}
