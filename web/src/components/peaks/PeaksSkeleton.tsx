import { barsPath, levelsFromId } from '@/lib/peaks/levels';

/** A waveform that is not there yet. `seed` keeps neighbours from looking the same. */
export function PeaksSkeleton({ seed = 'skeleton', bars = 96, className = 'h-10' }: { seed?: string; bars?: number; className?: string }) {
  return (
    <svg viewBox={`0 0 ${bars} 100`} preserveAspectRatio="none" aria-hidden="true" className={`block w-full animate-pulse fill-line ${className}`}>
      <path d={barsPath(levelsFromId(seed, bars))} />
    </svg>
  );
}
