import { useTranslation } from 'react-i18next';
import { clock, isoDuration } from '@/lib/format/format';
import type { Track } from '@/lib/api/schema';
import { keyName } from '@/lib/musicalKey';

/** Length, tempo and key in the mono face. */
export function TrackMeta({ track, className = '' }: { track: Track; className?: string }) {
  const { t } = useTranslation();
  const ms = track.duration_ms ?? (track.duration ?? 0) * 1000;
  return (
    <span className={`num flex shrink-0 items-center gap-3 text-xs text-muted ${className}`}>
      {track.bpm !== null && <span className="max-md:hidden">{Math.round(track.bpm)} BPM</span>}
      {track.musical_key && <span className="max-md:hidden">{keyName(track.musical_key, t)}</span>}
      {ms > 0 && <time dateTime={isoDuration(ms)}>{clock(ms)}</time>}
    </span>
  );
}
