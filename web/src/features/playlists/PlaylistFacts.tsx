import { Globe, Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Playlist } from '@/lib/api/schema';
import { clock, isoDuration } from '@/lib/format/format';

/** Whether everybody may see it. */
export function Visibility({ playlist }: { playlist: Pick<Playlist, 'is_public'> }) {
  const { t } = useTranslation();
  const Icon = playlist.is_public ? Globe : Lock;
  return (
    <span className="inline-flex items-center gap-1.5">
      <Icon size={14} aria-hidden />
      {t(playlist.is_public ? 'playlists.public' : 'playlists.private')}
    </span>
  );
}

/** How many tracks, and how long they are together. */
export function Size({ playlist }: { playlist: Pick<Playlist, 'track_count' | 'duration_ms'> }) {
  const { t } = useTranslation();
  return (
    <>
      <span>{t('playlists.count', { count: playlist.track_count })}</span>
      {!!playlist.duration_ms && (
        <time dateTime={isoDuration(playlist.duration_ms)} className="num">
          {clock(playlist.duration_ms)}
        </time>
      )}
    </>
  );
}
