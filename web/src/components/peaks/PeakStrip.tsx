/* A track's waveform as a still picture, stretched to its box: the texture of rows, strips and skeletons. For listening
 * and seeking there is components/waveform. */

import { clsx } from 'clsx';
import { useMemo } from 'react';
import { useWaveform } from '@/lib/api/tracks/waveform';
import { useInView } from '@/lib/dom/useInView';
import { barsPath, levelsFromId, levelsOf } from '@/lib/peaks/levels';

interface PeakStripProps {
  track: { id: string; waveform_url: string | null };
  bars?: number;
  /** Sets the colour (text-…) and the height. */
  className?: string;
}

export function PeakStrip({ track, bars = 96, className }: PeakStripProps) {
  const [ref, seen] = useInView<SVGSVGElement>();
  const { data } = useWaveform(track.id, seen && track.waveform_url !== null);
  const path = useMemo(() => barsPath(data ? levelsOf(data, bars) : levelsFromId(track.id, bars)), [data, bars, track.id]);
  return (
    <svg
      ref={ref}
      viewBox={`0 0 ${bars} 100`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className={clsx('block w-full fill-current transition-opacity duration-200', !data && 'opacity-50', className)}
    >
      <path d={path} />
    </svg>
  );
}
