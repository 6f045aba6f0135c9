import type { ComponentPropsWithRef, ReactNode } from 'react';
import type { FieldValues } from 'react-hook-form';
import type { FormOf } from '@/lib/form/useForm';
import { FormError } from './FormError';
import { Unsaved } from './Unsaved';

interface FormProps<V extends FieldValues> extends Omit<ComponentPropsWithRef<'form'>, 'onSubmit' | 'noValidate'> {
  form: FormOf<V>;
  /** It takes some work to fill in: leaving it asks first once something was changed. */
  guarded?: boolean;
  /** What helps against the problem, shown behind it. */
  help?: ReactNode;
}

/** A form of `useForm` (lib/form): what is wrong with it as a whole, and its fields. */
export function Form<V extends FieldValues>({ form, guarded = false, help, className = 'space-y-5', children, ...props }: FormProps<V>) {
  return (
    <form {...props} noValidate onSubmit={form.submit} className={className}>
      {guarded && <Unsaved when={form.formState.isDirty} />}
      {form.problem && (
        <FormError>
          {form.problem} {help}
        </FormError>
      )}
      {children}
    </form>
  );
}
