/* A track's waveform as a still picture, stretched to its box: the texture of rows, strips and the first page. For
 * listening and seeking there is components/waveform. */

import { clsx } from 'clsx';
import { useMemo } from 'react';
import { useWaveform } from '@/lib/api/tracks/waveform';
import { useInView } from '@/lib/dom/useInView';
import { barsPath, levelsFromId, levelsOf } from '@/lib/peaks/levels';
import { useBarCount } from './useBarCount';

interface PeakStripProps {
  track: { id: string; waveform_url: string | null };
  /** Pixels from one bar to the next. */
  pitch?: number;
  /** Sets the colour (text-…) and the height. */
  className?: string;
}

export function PeakStrip({ track, pitch = 3.2, className }: PeakStripProps) {
  const [ref, seen] = useInView<SVGSVGElement>();
  const bars = useBarCount(ref, pitch);
  const { data } = useWaveform(track.id, seen && track.waveform_url !== null);
  const path = useMemo(() => barsPath(data ? levelsOf(data, bars) : levelsFromId(track.id, bars)), [data, bars, track.id]);
  return (
    <svg
      ref={ref}
      viewBox={`0 0 ${bars} 100`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className={clsx('block w-full fill-current transition-[opacity,color] duration-200', !data && 'opacity-50', className)}
    >
      <path d={path} />
    </svg>
  );
}
