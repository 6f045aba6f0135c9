import { clock as text } from '@/lib/format/format';
import { useDuration, useSeconds } from '@/lib/player/clock';

/** Time heard and length, in figures that do not dance. The slider says the same to screen readers. */
export function Elapsed({ className = '' }: { className?: string }) {
  return (
    <span aria-hidden="true" className={`num text-xs text-muted ${className}`}>
      {text(useSeconds() * 1000)}
    </span>
  );
}

export function Total({ className = '' }: { className?: string }) {
  return (
    <span aria-hidden="true" className={`num text-xs text-muted ${className}`}>
      {text(useDuration() * 1000)}
    </span>
  );
}
