/* The one way to write a form: a schema, what stands in it at first, and what sends it. `Form` (components/ui/Form) draws it.
 *
 * What the schema or the server refuses is shown at its field, in the words of errors.field; the first such field gets the focus. Anything else
 * is `problem`, shown above the form. While it is being sent it is `busy`, and is not sent a second time. */

import { zodResolver } from '@hookform/resolvers/zod';
import { useRef, useState, type SyntheticEvent } from 'react';
import { useForm as useFields, type DefaultValues, type FieldValues, type Path, type RegisterOptions, type UseFormRegisterReturn, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { applyProblem } from '@/lib/api/formErrors';
import { fieldText } from '@/lib/api/problemText';

/** What `before` and `send` may do with the form. */
interface Tools<V extends FieldValues> extends Pick<UseFormReturn<V, unknown, V>, 'getValues' | 'reset' | 'setFocus' | 'setValue'> {
  setProblem: (problem: string | null) => void;
}

interface FormOptions<V extends FieldValues> {
  schema: z.ZodType<V, V>;
  /** What stands in the fields at first. */
  values: V;
  /** Sends what was checked. Rejects with what the server has against it. */
  send: (values: V, tools: Tools<V>) => unknown;
  /** Done first when the form is submitted, before the fields are checked. */
  before?: (tools: Tools<V>) => Promise<void>;
  /** For a refusal that names no field: the fields that it is about, each with a code of errors.field or words. */
  refused?: (error: unknown) => { [P in Path<V>]?: string } | undefined;
  /** When a field is checked first: as the form is submitted, or else as it is left or changed. */
  mode?: 'onSubmit' | 'onTouched' | 'onChange';
  /** Shown from the beginning. */
  problem?: string | null;
}

export interface FormOf<V extends FieldValues> extends UseFormReturn<V, unknown, V> {
  /** The props of a field, its error included. */
  field: <P extends Path<V>>(name: P, options?: RegisterOptions<V, P>) => UseFormRegisterReturn<P> & { error: string | undefined };
  submit: (event?: SyntheticEvent) => void;
  busy: boolean;
  problem: string | null;
  setProblem: (problem: string | null) => void;
}

export function useForm<V extends FieldValues>({ schema, values, send, before, refused, mode = 'onSubmit', problem: first = null }: FormOptions<V>): FormOf<V> {
  const { t } = useTranslation();
  const [problem, setProblem] = useState(first);
  const sending = useRef(false);
  const form = useFields<V, unknown, V>({ resolver: zodResolver(schema), mode, defaultValues: values as DefaultValues<V> });

  function refuse(error: unknown) {
    const about = Object.entries(refused?.(error) ?? {}) as [Path<V>, string][];
    about.forEach(([name, message]) => form.setError(name, { message }));
    if (about[0]) form.setFocus(about[0][0], { shouldSelect: true });
    else setProblem(applyProblem(error, Object.keys(values) as Path<V>[], form.setError, t));
  }

  async function submit() {
    if (sending.current) return;
    sending.current = true;
    setProblem(null);
    const { getValues, reset, setFocus, setValue } = form;
    const tools = { getValues, reset, setFocus, setValue, setProblem };
    try {
      await before?.(tools);
      await form.handleSubmit(async (checked) => {
        try {
          await send(checked, tools);
        } catch (error) {
          refuse(error);
        }
      })();
    } finally {
      sending.current = false;
    }
  }

  return {
    ...form,
    field(name, options) {
      const code = form.getFieldState(name, form.formState).error?.message;
      return { ...form.register(name, options), error: code && fieldText(code, code, t) };
    },
    submit(event) {
      event?.preventDefault();
      void submit();
    },
    busy: form.formState.isSubmitting,
    problem,
    setProblem,
  };
}
