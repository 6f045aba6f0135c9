import type { Track } from '@/lib/api/schema';
import { LongList } from '@/components/ui/LongList';
import { TrackCard } from './TrackCard';
import { gridClass } from './TrackSkeletons';
import { TrackStrip } from './TrackStrip';

interface TrackListProps {
  tracks: readonly Track[];
  /** With those that are not loaded. */
  total?: number | undefined;
}

const idOf = (track: Track) => track.id;

export function TrackStrips({ tracks, total }: TrackListProps) {
  return (
    <LongList items={tracks} keyOf={idOf} rowHeight={113} total={total} className="border-t border-line">
      {(track) => <TrackStrip track={track} list={tracks} />}
    </LongList>
  );
}

export function TrackGrid({ tracks, total }: TrackListProps) {
  return (
    <LongList items={tracks} keyOf={idOf} rowHeight={300} total={total} className={gridClass} itemClass="min-w-0">
      {(track) => <TrackCard track={track} list={tracks} />}
    </LongList>
  );
}
