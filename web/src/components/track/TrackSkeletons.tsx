/* What stands for a list of tracks while it is fetched; without the lists, whose code the first page does without. */

import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';

export const gridClass = 'grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 sm:gap-x-6 lg:grid-cols-4 xl:grid-cols-5 2xl:grid-cols-6';

export function TrackStripsSkeleton({ count = 6 }: { count?: number }) {
  return (
    <div className="border-t border-line" aria-hidden="true">
      {Array.from({ length: count }, (_, i) => (
        <div key={i} className="flex items-center gap-5 border-b border-line py-4">
          <div className="size-16 shrink-0 animate-pulse rounded-sm bg-sunk sm:size-20" />
          <PeaksSkeleton seed={`strip-${i}`} bars={160} className="h-12" />
        </div>
      ))}
    </div>
  );
}

/** In place of rows as in TrackRow, whose number is known: what stands below them does not move when they come. */
export function TrackRowsSkeleton({ count }: { count: number | null }) {
  return (
    <div className="border-t border-line" aria-hidden="true">
      {Array.from({ length: Math.min(count ?? 6, 20) }, (_, i) => (
        <div key={i} className="flex h-16 items-center gap-4 border-b border-line">
          <div className="size-11 shrink-0 animate-pulse rounded-sm bg-sunk" />
          <PeaksSkeleton seed={`row-${i}`} bars={160} className="h-9" />
        </div>
      ))}
    </div>
  );
}

export function TrackGridSkeleton({ count = 10 }: { count?: number }) {
  return (
    <div className={gridClass} aria-hidden="true">
      {Array.from({ length: count }, (_, i) => (
        <div key={i}>
          <div className="flex aspect-square items-center rounded-card bg-sunk p-4">
            <PeaksSkeleton seed={`card-${i}`} bars={24} className="h-1/2" />
          </div>
          <div className="mt-3 h-4 w-2/3 animate-pulse rounded-sm bg-sunk" />
        </div>
      ))}
    </div>
  );
}
