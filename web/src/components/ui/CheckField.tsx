import { useId } from 'react';

interface CheckFieldProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (on: boolean) => void;
}

/** A box to tick, with what it means. */
export function CheckField({ label, hint, checked, onChange }: CheckFieldProps) {
  const id = useId();
  return (
    <label className="flex items-start gap-3">
      <input
        type="checkbox"
        checked={checked}
        aria-describedby={hint ? id : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-(--accent-text)"
      />
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
