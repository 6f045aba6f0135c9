import { Globe, Link2, ListFilter, Lock, Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Playlist } from '@/lib/api/schema';
import { clock, isoDuration } from '@/lib/format/format';

const ICONS = { public: Globe, unlisted: Link2, private: Lock };

/** Who may see it. */
export function Visibility({ playlist }: { playlist: Pick<Playlist, 'visibility'> }) {
  const { t } = useTranslation();
  const Icon = ICONS[playlist.visibility];
  return (
    <span className="inline-flex items-center gap-1.5">
      <Icon size={14} aria-hidden />
      {t(`playlists.${playlist.visibility}`)}
    </span>
  );
}

/** Nothing where the editors did not choose it. */
export function Editorial({ playlist }: { playlist: Pick<Playlist, 'is_editorial'> }) {
  const { t } = useTranslation();
  if (!playlist.is_editorial) return null;
  return (
    <span className="inline-flex items-center gap-1.5">
      <Sparkles size={14} aria-hidden />
      {t('playlists.editorial')}
    </span>
  );
}

/** Nothing where people put in what is in it. */
export function Smart({ playlist }: { playlist: Pick<Playlist, 'is_smart'> }) {
  const { t } = useTranslation();
  if (!playlist.is_smart) return null;
  return (
    <span className="inline-flex items-center gap-1.5">
      <ListFilter size={14} aria-hidden />
      {t('playlists.smart')}
    </span>
  );
}

/** How many tracks, and how long they are together. Lists do not say it of smart playlists. */
export function Size({ playlist }: { playlist: Pick<Playlist, 'track_count' | 'duration_ms'> }) {
  const { t } = useTranslation();
  return (
    <>
      {playlist.track_count !== null && <span>{t('playlists.count', { count: playlist.track_count })}</span>}
      {!!playlist.duration_ms && (
        <time dateTime={isoDuration(playlist.duration_ms)} className="num">
          {clock(playlist.duration_ms)}
        </time>
      )}
    </>
  );
}
