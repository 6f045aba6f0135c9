/* A track as a strip across the page: its waveform is the ground, its title stands on it. */

import { clsx } from 'clsx';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import type { Track } from '@/lib/api/schema';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';
import { LikeButton } from './LikeButton';
import { PlayButton } from './PlayButton';
import { TrackByline } from './TrackByline';
import { TrackMenu } from './TrackMenu';
import { TrackMeta } from './TrackMeta';
import { TrackWaveform } from './TrackWaveform';

interface TrackStripProps {
  track: Track;
  list: readonly Track[];
}

export function TrackStrip({ track, list }: TrackStripProps) {
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  return (
    <article
      className={clsx(
        'group relative grid grid-cols-[auto_1fr_auto] items-center gap-x-4 gap-y-2 border-b border-line py-3 transition-colors duration-150 hover:bg-sunk/60 sm:gap-x-5 sm:py-4',
        'md:grid-cols-[auto_minmax(0,5fr)_minmax(0,6fr)_13.5rem]',
      )}
    >
      <div className="relative size-16 rounded-sm sm:size-20">
        <Cover track={track} sizes="80px" className="size-full" />
        <PlayButton track={track} list={list} size="sm" look="cover" />
      </div>
      <div className="min-w-0">
        <h3 title={track.title} className={clsx('line-clamp-2 break-words text-lg leading-tight tracking-tight sm:text-xl', isCurrent && 'text-accent-text')}>
          <Link to={`/track/${track.id}`} dir="auto" className="hover:underline">
            {track.title}
          </Link>
        </h3>
        <TrackByline track={track} className="mt-1" />
      </div>
      <TrackWaveform track={track} context={{ list }} className="h-9 max-md:order-last max-md:col-span-3 md:h-14" />
      <div className="flex items-center justify-end gap-1 sm:gap-2">
        <TrackMeta track={track} />
        <LikeButton track={track} />
        <TrackMenu track={toPlayerTrack(track)} playable={isPlayable(track)} />
      </div>
    </article>
  );
}
