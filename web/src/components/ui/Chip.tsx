import { clsx } from 'clsx';
import type { ComponentPropsWithRef } from 'react';

interface ChipProps extends ComponentPropsWithRef<'button'> {
  pressed: boolean;
}

/** A filter that is on or off. */
export function Chip({ pressed, className, ...props }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      {...props}
      className={clsx(
        'h-9 shrink-0 rounded-full border px-3 text-sm sm:px-4 whitespace-nowrap transition-colors duration-150',
        pressed ? 'fills border-ink bg-ink font-semibold text-paper' : 'border-line text-muted hover:border-line-strong hover:text-ink',
        className,
      )}
    />
  );
}
