import { clsx } from 'clsx';
import type { ComponentPropsWithRef } from 'react';

interface IconButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'aria-label'> {
  /** What it does, for those who cannot see the icon. */
  label: string;
  size?: 'sm' | 'md';
}

/* its colour gives way to any that `className` says */
export function IconButton({ label, size = 'md', className, ...props }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...props}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center rounded-card [:where(&)]:text-muted transition-colors duration-150 hover:bg-sunk hover:text-ink disabled:opacity-50',
        size === 'sm' ? 'size-8' : 'size-10',
        className,
      )}
    />
  );
}
