/* For administrators: the tracks that they deleted, and that can be restored. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { Pagination } from '@/components/ui/Pagination';
import { problemText } from '@/lib/api/problemText';
import { useRemovedTracks, useRestoreTrack } from '@/lib/api/tracks/removed';
import type { RemovedTrack } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

function Row({ track }: { track: RemovedTrack }) {
  const { t } = useTranslation();
  const f = useFormat();
  const restore = useRestoreTrack();
  /* by promise: the row is gone when the list is fetched anew, and callbacks of mutate() would go with it */
  const start = () =>
    void restore.mutateAsync(track.id).then(
      () => toast(t('track.restored', { title: track.title }), 'ok'),
      (error: unknown) => toast(problemText(error, t), 'danger'),
    );
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p title={track.title} className="truncate font-semibold">
          <bdi>{track.title}</bdi>
        </p>
        <p className="text-sm text-muted">
          <Link to={`/u/${encodeURIComponent(track.creator.username)}`} dir="auto" className="hover:underline">
            {track.creator.display_name}
          </Link>
          {' · '}
          {t('library.removed_until', { date: f.day(track.restorable_until) })}
        </p>
      </div>
      <Button size="sm" busy={restore.isPending} aria-label={t('track.restore_title', { title: track.title })} onClick={start}>
        {t('track.restore')}
      </Button>
    </li>
  );
}

interface RemovedTracksProps {
  page: number;
  limit: number;
  onPage: (page: number) => void;
}

export function RemovedTracks({ page, limit, onPage }: RemovedTracksProps) {
  const { t } = useTranslation();
  const removed = useRemovedTracks(page, limit);
  if (removed.isPending) return <TrackStripsSkeleton count={4} />;
  if (removed.isLoadingError) return <ErrorState error={removed.error} onRetry={() => void removed.refetch()} />;
  if (removed.data.items.length === 0) return <Empty title={t('library.removed_none')} />;
  return (
    <>
      <ul className="border-t border-line">
        {removed.data.items.map((track) => (
          <Row key={track.id} track={track} />
        ))}
      </ul>
      <Pagination page={page} limit={limit} total={removed.data.total ?? 0} onPage={onPage} />
    </>
  );
}
