import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { TrackStrips } from '@/components/track/TrackLists';
import { useTracks } from '@/lib/api/tracks/list';
import type { Track } from '@/lib/api/schema';

/** Other tracks of the same person, newest first. */
export function useMoreFrom(track: Track): readonly Track[] {
  const { data } = useTracks({ creator_id: track.creator.id, sort: 'newest', limit: 6 });
  return useMemo(() => data?.items.filter((other) => other.id !== track.id).slice(0, 5) ?? [], [data, track.id]);
}

export function MoreFrom({ track, others }: { track: Track; others: readonly Track[] }) {
  const { t } = useTranslation();
  if (others.length === 0) return null;
  return (
    <section className="mt-16" aria-labelledby="more">
      <h2 id="more" className="mb-4 text-xl">
        {t('track_page.more_from', { name: track.creator.display_name })}
      </h2>
      <TrackStrips tracks={others} />
    </section>
  );
}
