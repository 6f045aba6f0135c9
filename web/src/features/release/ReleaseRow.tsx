import { clsx } from 'clsx';
import { CalendarClock, Disc3, ListX, Settings2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LikeButton } from '@/components/track/LikeButton';
import { PlayButton } from '@/components/track/PlayButton';
import { TrackMenu } from '@/components/track/TrackMenu';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { DragHandle, type HandleProps } from '@/components/ui/DragHandle';
import { MenuItem } from '@/components/ui/Menu';
import type { ReleaseTrack } from '@/lib/api/schema';
import { byline } from '@/lib/format/byline';
import { clock, isoDuration } from '@/lib/format/format';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';
import type { HeldTrack } from './releaseTrack';

interface ReleaseRowProps {
  item: ReleaseTrack;
  /** Null: not out yet, or not for the reader. */
  track: HeldTrack | null;
  /** "3", or "2.3" where there are several discs. */
  place: string;
  /** All that can be played from here. */
  list: readonly HeldTrack[];
  isDragged: boolean;
  /** Undefined for those who may not change the release. */
  handle: HandleProps | undefined;
  /** Other discs that it can be put on. */
  discs: readonly number[];
  onDisc: (disc: number) => void;
  onSettings: () => void;
  onRemove: () => void;
}

export const ROW = 64;

const rowClass = 'group flex h-16 items-center gap-3 border-b border-line transition-colors duration-150 sm:gap-4';

export function ReleaseRow({ item, track, place, list, isDragged, handle, discs, onDisc, onSettings, onRemove }: ReleaseRowProps) {
  const { t } = useTranslation();
  const isCurrent = usePlayer((s) => track !== null && s.current?.id === track.id);
  if (!track) {
    return (
      <div className={rowClass}>
        <span className="num w-10 shrink-0 text-center text-sm text-muted">{place}</span>
        <p className="flex min-w-0 flex-1 items-center gap-2 text-sm text-muted">
          <CalendarClock size={16} aria-hidden className="shrink-0" />
          {t('releases.closed')}
        </p>
      </div>
    );
  }
  return (
    <article className={clsx(rowClass, isDragged ? 'bg-raised shadow-float' : 'hover:bg-sunk/60')}>
      {handle && <DragHandle label={t('releases.move', { title: track.title })} {...handle} />}
      <div className="relative grid size-10 shrink-0 place-items-center">
        <span className={clsx('num text-sm text-muted', isCurrent ? 'invisible' : 'pointer-fine:group-focus-within:invisible pointer-fine:group-hover:invisible')}>{place}</span>
        <PlayButton
          track={track}
          list={list}
          size="sm"
          look="veil"
          className={clsx('rounded-sm transition-opacity focus-visible:opacity-100', !isCurrent && 'opacity-0 group-hover:opacity-100')}
        />
      </div>
      <div className="min-w-0 flex-1 md:flex-[4]">
        <h3 title={track.title} className={clsx('truncate text-base leading-tight', isCurrent && 'text-accent-text')}>
          <Link to={`/track/${track.id}`} dir="auto" className="hover:underline">
            {track.title}
          </Link>
        </h3>
        <p className="mt-0.5 truncate text-sm text-muted">
          <bdi>{byline(track)}</bdi>
          {handle && item.visibility && item.visibility !== 'public' && <span> · {t(`track.status.${item.visibility}`)}</span>}
          {handle && item.access && item.access !== 'own' && <span> · {t(`releases.access_short.${item.access}`)}</span>}
        </p>
      </div>
      <TrackWaveform track={track} context={{ list }} className="h-9 min-w-0 max-md:hidden md:flex-[5]" />
      <div className="flex shrink-0 items-center gap-1 sm:gap-2">
        {track.duration_ms !== null && (
          <time dateTime={isoDuration(track.duration_ms)} className="num min-w-10 text-end text-xs text-muted">
            {clock(track.duration_ms)}
          </time>
        )}
        <span className="max-sm:hidden">
          <LikeButton track={track} />
        </span>
        <TrackMenu track={toPlayerTrack(track)} playable={isPlayable(track)}>
          {handle && (
            <>
              <MenuItem onSelect={onSettings}>
                <Settings2 size={16} aria-hidden />
                {t('releases.in_release')}
              </MenuItem>
              {discs.map((disc) => (
                <MenuItem key={disc} onSelect={() => onDisc(disc)}>
                  <Disc3 size={16} aria-hidden />
                  {t('releases.to_disc', { disc })}
                </MenuItem>
              ))}
              <MenuItem danger onSelect={onRemove}>
                <ListX size={16} aria-hidden />
                {t('releases.remove')}
              </MenuItem>
            </>
          )}
        </TrackMenu>
      </div>
    </article>
  );
}
