import { clsx } from 'clsx';
import { Slot } from 'radix-ui';
import type { ComponentPropsWithRef } from 'react';

export type ButtonTone = 'accent' | 'plain' | 'quiet' | 'danger' | 'inverse';

interface ButtonProps extends ComponentPropsWithRef<'button'> {
  tone?: ButtonTone;
  size?: 'sm' | 'md' | 'lg';
  /** Renders the only child (a link, say) with the button's looks. */
  asChild?: boolean;
  /** Work is under way: the button stays focusable but does nothing. */
  busy?: boolean;
}

const tones: Record<ButtonTone, string> = {
  accent: 'bg-accent text-on-accent hover:brightness-105 font-semibold',
  plain: 'border border-line-strong text-ink hover:border-ink',
  quiet: 'text-muted hover:bg-sunk hover:text-ink',
  danger: 'border border-danger text-danger hover:bg-danger-wash',
  /* on a ground of accent */
  inverse: 'bg-on-accent text-accent font-semibold hover:brightness-125',
};

const sizes = { sm: 'h-8 px-3 gap-1.5 text-sm', md: 'h-10 px-4 gap-2 text-sm', lg: 'h-12 px-6 gap-2 text-base' };

export function Button({ tone = 'plain', size = 'md', asChild = false, busy = false, className, onClick, ...props }: ButtonProps) {
  const Component = asChild ? Slot.Root : 'button';
  return (
    <Component
      {...(asChild ? {} : { type: 'button' as const })}
      {...props}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center rounded-card whitespace-nowrap transition-[filter,background-color,border-color,opacity] duration-150',
        'disabled:opacity-50',
        busy && 'is-busy opacity-60',
        tones[tone],
        sizes[size],
        className,
      )}
    />
  );
}
