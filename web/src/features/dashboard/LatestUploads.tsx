import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { OwnTrackRow } from '@/components/track/OwnTrackRow';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { useTracks } from '@/lib/api/tracks/list';

export function LatestUploads() {
  const { t } = useTranslation();
  const mine = useTracks({ mine: true, sort: 'newest', limit: 5, total: true });
  if (mine.isPending) return <TrackStripsSkeleton count={3} />;
  if (mine.isError) return <ErrorState error={mine.error} onRetry={() => void mine.refetch()} />;
  if (mine.data.items.length === 0) {
    return (
      <Empty
        title={t('track.first.title')}
        action={
          <Button asChild tone="accent">
            <Link to="/upload">{t('track.first.action')}</Link>
          </Button>
        }
      >
        {t('track.first.text')}
      </Empty>
    );
  }
  return (
    <section aria-labelledby="yours">
      <div className="mb-3 flex items-baseline justify-between gap-4">
        <h2 id="yours" className="text-xl">
          {t('dashboard.yours')}
        </h2>
        <Link to="/library" className="shrink-0 text-muted underline underline-offset-4 hover:text-ink">
          {t('dashboard.all_yours', { count: mine.data.total ?? 0 })}
        </Link>
      </div>
      <ul className="border-t border-line">
        {mine.data.items.map((track) => (
          <li key={track.id} className="border-b border-line">
            <OwnTrackRow track={track} list={mine.data.items} />
          </li>
        ))}
      </ul>
    </section>
  );
}
