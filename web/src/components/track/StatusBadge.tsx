import { CalendarClock, CircleAlert, Globe, Link2, LoaderCircle, Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { failureText } from '@/lib/api/tracks/outcome';
import type { Track } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';

const icons = { public: Globe, unlisted: Link2, private: Lock, scheduled: CalendarClock };

/** How far a track is, in a word: public, unlisted, private, scheduled, being prepared, failed. */
export function StatusBadge({ track }: { track: Pick<Track, 'status' | 'status_message' | 'failure_code' | 'visibility' | 'publish_at'> }) {
  const { t } = useTranslation();
  const f = useFormat();
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
  const Icon = icons[track.visibility];
  return (
    <span className="inline-flex items-center gap-1.5 text-muted">
      <Icon size={14} aria-hidden className="shrink-0" />
      {track.visibility === 'scheduled' && track.publish_at
        ? t('track.status.scheduled_for', { when: f.moment(track.publish_at) })
        : t(`track.status.${track.visibility}`)}
    </span>
  );
}
