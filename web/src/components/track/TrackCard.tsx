/* A track as a square: cover first, words below. */

import { clsx } from 'clsx';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import type { Track } from '@/lib/api/types';
import { usePlayer } from '@/lib/player/store';
import { PlayButton } from './PlayButton';
import { TrackByline } from './TrackByline';

interface TrackCardProps {
  track: Track;
  list: readonly Track[];
}

export function TrackCard({ track, list }: TrackCardProps) {
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  return (
    <article className="group min-w-0">
      <div className="relative">
        <Link to={`/track/${track.id}`} tabIndex={-1} aria-hidden="true" className="block">
          <Cover track={track} sizes="(min-width: 1024px) 240px, (min-width: 640px) 33vw, 50vw" className="w-full rounded-card" />
        </Link>
        <PlayButton
          track={track}
          list={list}
          className={clsx(
            'absolute end-3 bottom-3 shadow-float transition-[opacity,transform] focus-visible:opacity-100',
            !isCurrent && 'pointer-fine:translate-y-1 pointer-fine:opacity-0 pointer-fine:group-hover:translate-y-0 pointer-fine:group-hover:opacity-100',
          )}
        />
      </div>
      <h3 className={clsx('mt-3 truncate text-base leading-tight', isCurrent && 'text-accent-text')}>
        <Link to={`/track/${track.id}`} className="hover:underline">
          {track.title}
        </Link>
      </h3>
      <TrackByline track={track} className="mt-0.5" />
    </article>
  );
}
