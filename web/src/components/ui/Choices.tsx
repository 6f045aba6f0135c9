import { clsx } from 'clsx';
import { useId } from 'react';
import type { ReactNode } from 'react';

interface ChoicesProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: ReactNode; lang?: string }[];
  onChange: (value: T) => void;
}

/** One of a few, all in sight: radio buttons underneath. */
export function Choices<T extends string>({ label, value, options, onChange }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset>
      <legend className="sr-only">{label}</legend>
      <div className="grid gap-2 sm:grid-cols-3">
        {options.map((option) => (
          <label
            key={option.value}
            {...(option.lang ? { lang: option.lang } : {})}
            className={clsx(
              'flex min-h-12 items-center gap-3 rounded-card border px-4 transition-colors duration-150 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent-text',
              option.value === value ? 'border-ink font-semibold' : 'border-line-strong text-muted hover:border-ink hover:text-ink',
            )}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="size-4 shrink-0 accent-(--accent-text) outline-none"
            />
            {option.icon}
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
