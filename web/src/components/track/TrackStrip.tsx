/* A track as a strip across the page: its waveform is the ground, its title stands on it. */

import { clsx } from 'clsx';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { PeakStrip } from '@/components/peaks/PeakStrip';
import type { Track } from '@/lib/api/types';
import { usePlayer } from '@/lib/player/store';
import { PlayButton } from './PlayButton';
import { TrackByline } from './TrackByline';
import { TrackMeta } from './TrackMeta';

interface TrackStripProps {
  track: Track;
  list: readonly Track[];
}

export function TrackStrip({ track, list }: TrackStripProps) {
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  return (
    <article
      className={clsx(
        'group relative grid grid-cols-[auto_1fr_auto] items-center gap-x-4 border-b border-line py-3 transition-colors duration-150 hover:bg-sunk/60 sm:gap-x-5 sm:py-4',
        'md:grid-cols-[auto_minmax(0,5fr)_minmax(0,6fr)_9.5rem]',
      )}
    >
      <div className="relative size-16 sm:size-20">
        <Cover track={track} sizes="80px" className="size-full" />
        <PlayButton
          track={track}
          list={list}
          size="sm"
          className={clsx(
            'absolute end-1 bottom-1 transition-opacity focus-visible:opacity-100',
            !isCurrent && 'pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100',
          )}
        />
      </div>
      <div className="min-w-0">
        <h3 className={clsx('truncate text-lg leading-tight tracking-tight sm:text-xl', isCurrent && 'text-accent-text')}>
          <Link to={`/track/${track.id}`} className="hover:underline">
            {track.title}
          </Link>
        </h3>
        <TrackByline track={track} className="mt-1" />
      </div>
      <div className="max-md:hidden">
        <PeakStrip
          track={track}
          className={clsx('h-14 transition-colors duration-200', isCurrent ? 'text-(--wave-played)' : 'text-(--wave-rest) group-hover:text-ink')}
        />
      </div>
      <TrackMeta track={track} className="justify-end" />
    </article>
  );
}
