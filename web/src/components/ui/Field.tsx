/* A labelled input with its hint and its error, tied together for screen readers. Works with React Hook Form's register(). */

import { clsx } from 'clsx';
import { useId, type ComponentPropsWithRef, type ReactNode } from 'react';

export const inputClass =
  'w-full rounded-card border border-line-strong bg-paper px-3 text-base text-ink transition-colors duration-150 placeholder:text-muted hover:border-ink focus-visible:border-ink aria-invalid:border-danger sm:text-sm';

interface FrameProps {
  label: string;
  /** For screen readers only: what stands around it says it to the others. */
  labelHidden?: boolean;
  hint?: ReactNode;
  error?: string | undefined;
  className?: string;
}

interface Ids {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

function FieldFrame({ label, labelHidden = false, hint, error, className, children }: FrameProps & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  return (
    <div className={className}>
      <label htmlFor={id} className={labelHidden ? 'sr-only' : 'mb-1.5 block text-sm font-semibold'}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': [errorId, hintId].filter(Boolean).join(' ') || undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {error && (
        <p id={errorId} role="alert" className="mt-1.5 text-sm text-danger">
          {error}
        </p>
      )}
      {hint && (
        <p id={hintId} className="mt-1.5 text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

type TextFieldProps = FrameProps & Omit<ComponentPropsWithRef<'input'>, 'className' | 'id'> & { trailing?: ReactNode; mono?: boolean };

export function TextField({ label, labelHidden = false, hint, error, className, trailing, mono = false, ...props }: TextFieldProps) {
  return (
    <FieldFrame label={label} labelHidden={labelHidden} hint={hint} error={error} {...(className ? { className } : {})}>
      {(ids) => (
        <div className="relative">
          <input dir="auto" {...props} {...ids} className={clsx(inputClass, 'h-10', mono && 'num', trailing && 'pe-11')} />
          {trailing && <div className="absolute inset-y-0 end-0.5 flex items-center">{trailing}</div>}
        </div>
      )}
    </FieldFrame>
  );
}

type TextAreaProps = FrameProps & Omit<ComponentPropsWithRef<'textarea'>, 'className' | 'id'>;

export function TextArea({ label, labelHidden = false, hint, error, className, ...props }: TextAreaProps) {
  return (
    <FieldFrame label={label} labelHidden={labelHidden} hint={hint} error={error} {...(className ? { className } : {})}>
      {(ids) => <textarea rows={3} dir="auto" {...props} {...ids} className={clsx(inputClass, 'resize-y py-2')} />}
    </FieldFrame>
  );
}

type SelectFieldProps = FrameProps & Omit<ComponentPropsWithRef<'select'>, 'className' | 'id'>;

export function SelectField({ label, labelHidden = false, hint, error, className, ...props }: SelectFieldProps) {
  return (
    <FieldFrame label={label} labelHidden={labelHidden} hint={hint} error={error} {...(className ? { className } : {})}>
      {(ids) => <select {...props} {...ids} className={clsx(inputClass, 'h-10')} />}
    </FieldFrame>
  );
}
