import { clsx } from 'clsx';

interface ProgressProps {
  /** 0 to 1, or null while nobody can tell. */
  value: number | null;
  label: string;
  className?: string;
}

export function Progress({ value, label, className }: ProgressProps) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': percent })}
      className={clsx('h-1 overflow-hidden rounded-full bg-line', className)}
    >
      <div
        className={clsx('h-full origin-left rounded-full bg-(--wave-played) transition-transform duration-200', percent === null && 'w-1/3 animate-pulse')}
        style={percent === null ? undefined : { transform: `scaleX(${percent / 100})` }}
      />
    </div>
  );
}
