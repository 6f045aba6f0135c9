/* The waveform across the page: the newest track's, playable right there. */

import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { PlayButton } from '@/components/track/PlayButton';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { TrackMeta } from '@/components/track/TrackMeta';
import type { Track } from '@/lib/api/schema';
import { byline } from '@/lib/format/byline';
import { usePlayer } from '@/lib/player/store';

export function HeroWave({ tracks }: { tracks: readonly Track[] }) {
  const currentId = usePlayer((s) => s.current?.id);
  const track = tracks.find((t) => t.id === currentId) ?? tracks[0];
  return (
    <div className="relative mt-8 sm:mt-4">
      <div className="h-40 [--wave-played:var(--ink)] [--wave-rest:var(--accent)] sm:h-64">
        {track ? <TrackWaveform key={track.id} track={track} context={{ list: tracks }} look="bold" className="h-full" /> : <PeaksSkeleton bars={180} className="h-full" />}
      </div>
      {track && (
        <div className="mx-auto flex max-w-[1440px] items-center gap-4 px-4 py-4 sm:px-6">
          <PlayButton track={track} list={tracks} size="lg" className="-mt-14 ring-6 ring-paper" />
          <p className="min-w-0 truncate">
            <Link to={`/track/${track.id}`} dir="auto" className="font-semibold hover:underline">
              {track.title}
            </Link>{' '}
            <Link to={`/u/${encodeURIComponent(track.creator.username)}`} dir="auto" className="text-muted hover:text-ink hover:underline">
              {byline(track)}
            </Link>
          </p>
          <TrackMeta track={track} className="ms-auto" />
        </div>
      )}
    </div>
  );
}
