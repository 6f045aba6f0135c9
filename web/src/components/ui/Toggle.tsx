import { useId, type ComponentPropsWithRef } from 'react';

interface ToggleProps extends Omit<ComponentPropsWithRef<'input'>, 'type' | 'className' | 'id'> {
  label: string;
  hint?: string;
}

/** An on/off switch: a checkbox underneath, so that forms and screen readers know it. */
export function Toggle({ label, hint, ...props }: ToggleProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <input
        {...props}
        id={id}
        type="checkbox"
        role="switch"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative mt-px h-5 w-9 shrink-0 cursor-pointer appearance-none rounded-full border border-line-strong bg-sunk transition-colors duration-150 before:absolute before:start-0.5 before:top-0.5 before:size-3.5 before:rounded-full before:bg-muted before:transition-transform before:duration-150 checked:border-accent-text checked:bg-accent checked:before:translate-x-4 checked:before:bg-on-accent rtl:checked:before:-translate-x-4"
      />
      <div>
        <label htmlFor={id} className="text-sm">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-xs text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
