/* What the rows of lists of tracks have in common; each list puts its own between and beside it. */

import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { byline } from '@/lib/format/byline';
import { clock, isoDuration } from '@/lib/format/format';
import { isPlayable, toPlayerTrack, type Playable } from '@/lib/player/contract';
import type { ListedTrack } from '@/lib/player/listed';
import { usePlayer } from '@/lib/player/store';
import { LikeButton } from './LikeButton';
import { PlayButton } from './PlayButton';
import { TrackMenu } from './TrackMenu';

/** The height of a row, in pixels. */
export const ROW = 64;

export const rowClass = 'group flex h-16 items-center gap-3 border-b border-line transition-colors duration-150 sm:gap-4';

/** Of its waveform, between its title and its end. */
export const rowWaveformClass = 'h-9 min-w-0 max-md:hidden md:flex-[5]';

const useIsCurrent = (track: Playable) => usePlayer((s) => s.current?.id === track.id);

export function RowCover({ track, ...plays }: { track: ListedTrack; list?: readonly Playable[] }) {
  const isCurrent = useIsCurrent(track);
  return (
    <div className="relative shrink-0">
      <Cover track={track} sizes="44px" className="size-11" />
      <PlayButton
        track={track}
        {...plays}
        size="sm"
        look="veil"
        className={clsx('transition-opacity focus-visible:opacity-100', !isCurrent && 'pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100')}
      />
    </div>
  );
}

interface RowTitleProps {
  track: ListedTrack;
  heading?: 'h2' | 'h3';
  /** The line below it. */
  children: ReactNode;
}

export function RowTitle({ track, heading: Heading = 'h3', children }: RowTitleProps) {
  const isCurrent = useIsCurrent(track);
  return (
    <div className="min-w-0 flex-1 md:flex-[4]">
      <Heading title={track.title} className={clsx('truncate text-base leading-tight', isCurrent && 'text-accent-text')}>
        <Link to={`/track/${track.id}`} dir="auto" className="hover:underline">
          {track.title}
        </Link>
      </Heading>
      <p className="mt-0.5 truncate text-sm text-muted">{children}</p>
    </div>
  );
}

/** Who made it, leading to the profile of whoever published it. */
export function RowByline({ track }: { track: ListedTrack }) {
  return (
    <Link to={`/u/${encodeURIComponent(track.creator.username)}`} dir="auto" className="hover:text-ink hover:underline">
      {byline(track)}
    </Link>
  );
}

export function RowLength({ track }: { track: ListedTrack }) {
  if (track.duration_ms === null) return null;
  return (
    <time dateTime={isoDuration(track.duration_ms)} className="num min-w-10 text-end text-xs text-muted">
      {clock(track.duration_ms)}
    </time>
  );
}

interface RowEndProps {
  track: ListedTrack;
  /** Before the heart. */
  before?: ReactNode;
  /** More items of its menu. */
  children: ReactNode;
}

export function RowEnd({ track, before, children }: RowEndProps) {
  return (
    <div className="flex shrink-0 items-center gap-1 sm:gap-2">
      {before}
      <span className="max-sm:hidden">
        <LikeButton track={track} />
      </span>
      <TrackMenu track={toPlayerTrack(track)} playable={isPlayable(track)} isLiked={track.is_liked}>
        {children}
      </TrackMenu>
    </div>
  );
}
