import { clsx } from 'clsx';

/** Four peaks that dance while music plays and rest when it does not. */
export function MovingPeaks({ playing, className }: { playing: boolean; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={clsx('moving-peaks fill-current', playing && 'is-playing', className)}>
      <rect x="1" y="2" width="2.5" height="12" rx="1.2" />
      <rect x="4.8" y="2" width="2.5" height="12" rx="1.2" />
      <rect x="8.6" y="2" width="2.5" height="12" rx="1.2" />
      <rect x="12.4" y="2" width="2.5" height="12" rx="1.2" />
    </svg>
  );
}
