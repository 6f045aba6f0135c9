import type { ReactNode } from 'react';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';

interface EmptyProps {
  title: string;
  children?: ReactNode;
  /** What to do next. */
  action?: ReactNode;
}

/** Nothing here yet: says so over a resting waveform, and shows the way. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <section className="py-10">
      <div className="opacity-60 [&_svg]:animate-none">
        <PeaksSkeleton seed={title} bars={120} className="h-16" />
      </div>
      <h2 className="mt-6 text-xl">{title}</h2>
      {children && <p className="mt-2 max-w-prose text-base text-muted">{children}</p>}
      {action && <div className="mt-5 flex flex-wrap gap-3">{action}</div>}
    </section>
  );
}
