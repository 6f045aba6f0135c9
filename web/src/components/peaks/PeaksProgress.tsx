import { barsPath, levelsFromId } from '@/lib/peaks/levels';

interface PeaksProgressProps {
  /** 0 to 1. */
  value: number;
  label: string;
  /** Makes the waveform one's own. */
  seed: string;
  bars?: number;
}

/** Long work, as a waveform that fills. */
export function PeaksProgress({ value, label, seed, bars = 96 }: PeaksProgressProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  const path = barsPath(levelsFromId(seed, bars));
  const shared = { viewBox: `0 0 ${bars} 100`, preserveAspectRatio: 'none', 'aria-hidden': true } as const;
  return (
    <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} className="relative h-14">
      <svg {...shared} className="absolute inset-0 size-full animate-pulse fill-line-strong opacity-60">
        <path d={path} />
      </svg>
      <svg
        {...shared}
        className="absolute inset-0 size-full fill-(--wave-played) transition-[clip-path] duration-200"
        style={{ clipPath: `inset(0 ${100 - percent}% 0 0)` }}
      >
        <path d={path} />
      </svg>
    </div>
  );
}
