import { CircleAlert, Globe, LoaderCircle, Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { failureText } from '@/lib/api/tracks/outcome';
import type { Track } from '@/lib/api/schema';

/** How far a track is, in a word: public, private, being prepared, failed. */
export function StatusBadge({ track }: { track: Pick<Track, 'status' | 'status_message' | 'failure_code' | 'is_public'> }) {
  const { t } = useTranslation();
  if (track.status === 'failed') {
    return (
      <span className="inline-flex items-center gap-1.5 text-danger" title={failureText(track, t)}>
        <CircleAlert size={14} aria-hidden />
        {t('track.status.failed')}
      </span>
    );
  }
  if (track.status !== 'completed') {
    return (
      <span className="inline-flex items-center gap-1.5 text-accent-text">
        <LoaderCircle size={14} aria-hidden className="animate-spin" />
        {t('track.status.processing')}
      </span>
    );
  }
  return (
    <span className="inline-flex items-center gap-1.5 text-muted">
      {track.is_public ? <Globe size={14} aria-hidden /> : <Lock size={14} aria-hidden />}
      {t(track.is_public ? 'track.status.public' : 'track.status.private')}
    </span>
  );
}
