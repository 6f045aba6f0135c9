import { clsx } from 'clsx';
import { CalendarClock, CircleAlert, Globe, Link2, LoaderCircle, Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { failureText } from '@/lib/api/tracks/outcome';
import type { Track } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';

const icons = { public: Globe, unlisted: Link2, private: Lock, scheduled: CalendarClock };

/** How far a track is, in a word: public, unlisted, private, scheduled, being prepared, failed. */
interface StatusBadgeProps {
  track: Pick<Track, 'status' | 'status_message' | 'failure_code' | 'visibility' | 'publish_at'>;
  /** In a table: the day alone, the time of day on pointing at it. */
  short?: boolean;
}

export function StatusBadge({ track, short = false }: StatusBadgeProps) {
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
  const at = track.visibility === 'scheduled' ? track.publish_at : null;
  return (
    <span className={clsx('inline-flex items-center gap-1.5 text-muted', short && 'whitespace-nowrap')} title={at && short ? f.moment(at) : undefined}>
      <Icon size={14} aria-hidden className="shrink-0" />
      {at ? t('track.status.scheduled_for', { when: short ? f.shortDay(at) : f.moment(at) }) : t(`track.status.${track.visibility}`)}
    </span>
  );
}
