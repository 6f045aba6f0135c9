/* The waveform across the page: the newest track's, playable right there. */

import { clsx } from 'clsx';
import { Link } from 'react-router';
import { PeakStrip } from '@/components/peaks/PeakStrip';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { PlayButton } from '@/components/track/PlayButton';
import { TrackMeta } from '@/components/track/TrackMeta';
import type { Track } from '@/lib/api/types';
import { usePlayer } from '@/lib/player/store';

export function HeroWave({ tracks }: { tracks: readonly Track[] }) {
  const currentId = usePlayer((s) => s.current?.id);
  const track = tracks.find((t) => t.id === currentId) ?? tracks[0];
  return (
    <div className="relative mt-8 sm:mt-4">
      <div className={clsx('h-40 sm:h-64', track ? 'text-accent' : '')}>
        {track ? <PeakStrip key={track.id} track={track} pitch={6} className="h-full" /> : <PeaksSkeleton bars={180} className="h-full" />}
      </div>
      {track && (
        <div className="mx-auto flex max-w-[1440px] items-center gap-4 px-4 py-4 sm:px-6">
          <PlayButton track={track} list={tracks} size="lg" className="-mt-14 ring-6 ring-paper" />
          <p className="min-w-0 truncate">
            <Link to={`/track/${track.id}`} className="font-semibold hover:underline">
              {track.title}
            </Link>{' '}
            <Link to={`/u/${encodeURIComponent(track.creator.username)}`} className="text-muted hover:text-ink hover:underline">
              {track.artist || track.creator.username}
            </Link>
          </p>
          <TrackMeta track={track} className="ms-auto" />
        </div>
      )}
    </div>
  );
}
