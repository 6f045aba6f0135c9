/* One's own track in a short list: state first, no tools. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { isUnfinished } from '@/lib/api/tracks/list';
import { outcomeText } from '@/lib/api/tracks/outcome';
import type { Track } from '@/lib/api/schema';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { PlayButton } from './PlayButton';
import { ProcessingLine } from './ProcessingLine';
import { StatusBadge } from './StatusBadge';
import { TrackMenu } from './TrackMenu';
import { TrackMeta } from './TrackMeta';
import { TrackWaveform } from './TrackWaveform';

export function OwnTrackRow({ track, list }: { track: Track; list: readonly Track[] }) {
  const { t } = useTranslation();
  const outcome = outcomeText(track, t);
  return (
    <article className="group grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 py-2.5 sm:gap-x-4 md:grid-cols-[auto_minmax(0,4fr)_minmax(0,5fr)_7rem_12.5rem]">
      <div className="relative">
        <Cover track={track} sizes="48px" className="size-12" />
        <PlayButton track={track} list={list} size="sm" look="veil" className="transition-opacity focus-visible:opacity-100 pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100" />
      </div>
      <div className="min-w-0">
        <h3 title={track.title} className="line-clamp-2 text-base leading-tight break-words">
          <Link to={`/track/${track.id}`} dir="auto" className="hover:underline">
            {track.title}
          </Link>
        </h3>
        <div className="mt-0.5 text-xs md:hidden">
          <StatusBadge track={track} />
        </div>
        {outcome && <p title={outcome} className="truncate text-xs text-muted">{outcome}</p>}
      </div>
      <div className="max-md:order-last max-md:col-span-3">
        {isUnfinished(track) ? (
          <ProcessingLine id={track.id} title={track.title} />
        ) : (
          track.status === 'completed' && <TrackWaveform track={track} context={{ list }} className="h-9" />
        )}
      </div>
      <div className="text-sm max-md:hidden">
        <StatusBadge track={track} />
      </div>
      <div className="flex items-center justify-end gap-2">
        <TrackMeta track={track} className="max-sm:hidden" />
        <TrackMenu track={toPlayerTrack(track)} playable={isPlayable(track)} />
      </div>
    </article>
  );
}
