/* Playlists that somebody may like, each with the reason why it is there. Nothing where there are none. */

import { useTranslation } from 'react-i18next';
import { useRecommendedPlaylists } from '@/lib/api/playlists/recommendations';
import { PlaylistCards } from './PlaylistCards';

const MOST = 6;

export default function RecommendedPlaylists({ className }: { className?: string }) {
  const { t } = useTranslation();
  const { data } = useRecommendedPlaylists(MOST);
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-labelledby="recommended-playlists" className={className}>
      <h2 id="recommended-playlists" className="mb-4 text-xl">
        {t('recommendations.playlists')}
      </h2>
      <PlaylistCards items={data.items} below={({ reason, because }) => t(`recommendations.${reason}`, { title: because?.title ?? '' })} />
    </section>
  );
}
