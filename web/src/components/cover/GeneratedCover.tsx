import { useMemo } from 'react';
import { levelsFromId, levelsOf } from '@/lib/peaks/levels';
import type { WaveformData } from '@/lib/api/tracks/waveform';
import { coverArt } from './coverArt';

interface GeneratedCoverProps {
  id: string;
  /** The track's peaks; until there are some, the id alone decides. */
  waveform?: WaveformData | undefined;
  className?: string;
}

/** Decorative: the title always stands beside it. */
export function GeneratedCover({ id, waveform, className }: GeneratedCoverProps) {
  const art = useMemo(() => coverArt(id, waveform ? levelsOf(waveform, 64) : levelsFromId(id, 64)), [id, waveform]);
  return (
    <svg viewBox="0 0 100 100" preserveAspectRatio="xMidYMid slice" aria-hidden="true" className={className}>
      <rect width="100" height="100" fill={art.background} />
      {art.shapes.map((shape, i) => (
        <path
          key={i}
          d={shape.d}
          fill={shape.fill ?? 'none'}
          {...(shape.stroke ? { stroke: shape.stroke, strokeWidth: shape.strokeWidth, strokeLinecap: 'round' as const } : {})}
        />
      ))}
    </svg>
  );
}
