/* Puts the fields a server refused back onto the form that sent them. */

import type { FieldValues, Path, UseFormSetError } from 'react-hook-form';
import type { TFunction } from 'i18next';
import { ApiProblem } from './problem';
import { fieldText, problemText } from './problemText';

/** What is wrong within a field is shown at it: of `credits[3].role` at `credits.3.role`, else at `credits`. */
function fieldOf<T extends FieldValues>(refused: string, known: readonly Path<T>[]): Path<T> | undefined {
  const dotted = refused.replace(/\[(\d+)\]/g, '.$1');
  const around = known.filter((name) => dotted === name || dotted.startsWith(`${name}.`));
  return around.sort((a, b) => b.length - a.length)[0];
}

/** Returns the message for the whole form, or null when every refusal found its field. */
export function applyProblem<T extends FieldValues>(
  error: unknown,
  known: readonly Path<T>[],
  setError: UseFormSetError<T>,
  t: TFunction,
): string | null {
  if (!(error instanceof ApiProblem) || error.fields.length === 0) return problemText(error, t);
  let rest = false;
  for (const field of error.fields) {
    const name = fieldOf(field.field, known);
    if (name) setError(name, { type: field.code, message: fieldText(field.code, field.message, t) }, { shouldFocus: true });
    else rest = true;
  }
  return rest ? problemText(error, t) : null;
}
