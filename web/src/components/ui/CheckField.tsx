import { useId, type ComponentPropsWithRef } from 'react';

interface CheckFieldProps extends Omit<ComponentPropsWithRef<'input'>, 'type' | 'className' | 'id'> {
  label: string;
  hint?: string;
}

/** A box to tick, with what it means. */
export function CheckField({ label, hint, ...props }: CheckFieldProps) {
  const id = useId();
  return (
    <label className="flex items-start gap-3">
      <input {...props} type="checkbox" aria-describedby={hint ? id : undefined} className="mt-0.5 size-4 shrink-0 accent-(--accent-text)" />
      <span className="min-w-0">
        {label}
        {hint && (
          <span id={id} className="block text-xs break-words text-muted">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
