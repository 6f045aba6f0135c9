import type { TFunction } from 'i18next';

/** The schema's codes in words; a message that is no code of ours came from the server and is shown as it is. */
export function fieldMessage(code: string | undefined, t: TFunction): string | undefined {
  if (!code) return undefined;
  return /^[a-z_]+$/.test(code) ? t(`auth.field_error.${code}`) : code;
}
