import { PeakStrip } from '@/components/peaks/PeakStrip';
import type { Track } from '@/lib/api/types';

export function TrackWaveform({ track }: { track: Track }) {
  return <PeakStrip track={track} bars={220} className="h-28 text-(--wave-played) sm:h-36" />;
}
