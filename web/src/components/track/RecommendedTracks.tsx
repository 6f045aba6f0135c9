/* Tracks that somebody may like, each with the reason why it is there. Nothing where there are none. */

import { EyeOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { IconButton } from '@/components/ui/IconButton';
import { useNotThis } from '@/lib/api/mutes/change';
import { useRecommendedTracks } from '@/lib/api/tracks/recommendations';
import type { RecommendedTrack } from '@/lib/api/schema';
import { useToasts } from '@/lib/toast/store';
import { TrackCard } from './TrackCard';
import { gridClass } from './TrackSkeletons';

const MOST = 6;

function reasonOf({ reason, because, label }: RecommendedTrack, t: TFunction): string {
  const title = because?.title ?? '';
  if (reason === 'liked_together') return t('recommendations.liked_together', { title });
  if (reason === 'same_genre') return t('recommendations.same_genre', { genre: label, title });
  if (reason === 'sounds_alike') return t('recommendations.sounds_alike', { title });
  return t('recommendations.same_tag', { tag: label, title });
}

interface RecommendedTracksProps {
  /** Like this track; null: for the person who is signed in. */
  like: string | null;
  className?: string;
}

export default function RecommendedTracks({ like, className }: RecommendedTracksProps) {
  const { t } = useTranslation();
  const { data } = useRecommendedTracks(like, MOST);
  const { mutate: notThis } = useNotThis();
  const refuse = ({ id, title }: RecommendedTrack) => {
    notThis({ id, on: true });
    useToasts.getState().show({ text: t('track.not_this_done', { title }), action: { label: t('common.undo'), run: () => notThis({ id, on: false }) } });
  };
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-labelledby="recommended-tracks" className={className}>
      <h2 id="recommended-tracks" className="mb-4 text-xl">
        {t(like === null ? 'recommendations.for_you' : 'recommendations.more_like')}
      </h2>
      <ul className={gridClass}>
        {data.items.map((track) => (
          <li key={track.id} className="min-w-0">
            <TrackCard track={track} list={data.items} />
            <div className="mt-1 flex items-start justify-between gap-2">
              <p dir="auto" className="line-clamp-2 text-xs text-muted">
                {reasonOf(track, t)}
              </p>
              <IconButton label={`${t('track.not_this')}: ${track.title}`} onClick={() => refuse(track)} className="-me-1.5 -mt-2 shrink-0">
                <EyeOff size={16} aria-hidden />
              </IconButton>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
