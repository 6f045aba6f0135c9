import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Cover } from '@/components/cover/Cover';
import { MovingPeaks } from '@/components/peaks/MovingPeaks';
import { TrackMenu } from '@/components/track/TrackMenu';
import { DragHandle, type HandleProps } from '@/components/ui/DragHandle';
import { IconButton } from '@/components/ui/IconButton';
import { byline } from '@/lib/format/byline';
import { clock } from '@/lib/format/format';
import type { QueueEntry } from '@/lib/player/queue';

export interface QueueRowProps {
  entry: QueueEntry;
  /** Is it before, at or after what plays? */
  place: 'played' | 'current' | 'coming';
  isPlaying: boolean;
  isDragged: boolean;
  handle: HandleProps;
  onPlay: () => void;
  onRemove: () => void;
}

export function QueueRow({ entry, place, isPlaying, isDragged, handle, onPlay, onRemove }: QueueRowProps) {
  const { t } = useTranslation();
  const current = place === 'current';
  return (
    <div
      className={clsx(
        'group/row flex h-14 items-center gap-2 rounded-card ps-1 pe-1 transition-colors duration-150',
        current ? 'bg-accent-wash' : 'hover:bg-sunk',
        isDragged && 'bg-raised shadow-float',
      )}
    >
      <DragHandle label={t('player.queue.move', { title: entry.title })} {...handle} />
      <button
        type="button"
        onClick={onPlay}
        disabled={entry.unavailable}
        aria-current={current ? 'true' : undefined}
        className="flex h-full min-w-0 flex-1 items-center gap-3 rounded-sm text-start"
      >
        <span className={clsx('relative size-10 shrink-0 overflow-hidden rounded-sm', place === 'played' && 'opacity-60')}>
          <Cover track={entry} sizes="40px" className="size-10" />
          {current && (
            <span className="absolute inset-0 grid place-items-center bg-scrim text-accent">
              <MovingPeaks playing={isPlaying} className="size-5" />
            </span>
          )}
        </span>
        <span className="sr-only">{t(current && isPlaying ? 'player.pause' : 'player.play')}</span>
        <span className="min-w-0 flex-1">
          <span title={entry.title} className={clsx('block truncate', entry.unavailable ? 'text-muted' : current ? 'font-semibold text-ink' : place === 'played' ? 'text-muted' : 'text-ink')}>
            <bdi>{entry.title}</bdi>
          </span>
          <span className="block truncate text-xs text-muted">
            {entry.isSimilar && `${t('player.queue.similar')} · `}
            <bdi>{byline(entry)}</bdi>
          </span>
        </span>
        {!entry.unavailable && <span className="num shrink-0 text-xs text-muted max-sm:hidden">{clock(entry.duration_ms)}</span>}
      </button>
      {!entry.unavailable && <TrackMenu track={entry} playable={entry.stream_manifest_url !== null} className="sm:opacity-0 sm:group-focus-within/row:opacity-100 sm:group-hover/row:opacity-100 data-[state=open]:opacity-100" />}
      <IconButton
        size="sm"
        label={t('player.queue.remove', { title: entry.title })}
        onClick={onRemove}
        className="sm:opacity-0 sm:group-focus-within/row:opacity-100 sm:group-hover/row:opacity-100"
      >
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}
