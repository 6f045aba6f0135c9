/* A track as a square: cover first, words below. */

import { clsx } from 'clsx';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import type { Track } from '@/lib/api/schema';
import { usePlayer } from '@/lib/player/store';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { LikeButton } from './LikeButton';
import { PlayButton } from './PlayButton';
import { TrackByline } from './TrackByline';
import { TrackMenu } from './TrackMenu';

interface TrackCardProps {
  track: Track;
  list: readonly Track[];
}

export function TrackCard({ track, list }: TrackCardProps) {
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  return (
    <article className="group min-w-0">
      <div className="relative rounded-card">
        <Cover track={track} sizes="(min-width: 1024px) 240px, (min-width: 640px) 33vw, 50vw" className="w-full rounded-card" />
        <PlayButton track={track} list={list} look="cover" />
      </div>
      <div className="mt-3 flex items-start gap-1">
        <div className="min-w-0 flex-1">
          <h3 title={track.title} className={clsx('line-clamp-2 text-base leading-tight break-words', isCurrent && 'text-accent-text')}>
            <Link to={`/track/${track.id}`} dir="auto" className="hover:underline">
              {track.title}
            </Link>
          </h3>
          <TrackByline track={track} className="mt-0.5" />
        </div>
        <div className="-me-1.5 -mt-1 flex flex-col">
          <TrackMenu track={toPlayerTrack(track)} playable={isPlayable(track)} isLiked={track.is_liked} />
          <span className="max-sm:hidden">
            <LikeButton track={track} />
          </span>
        </div>
      </div>
    </article>
  );
}
