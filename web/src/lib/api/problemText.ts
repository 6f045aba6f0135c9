import type { TFunction } from 'i18next';
import { isText } from '@/lib/i18n';
import { ApiProblem } from './problem';
import type { FieldError } from '@/lib/api/problem';

/** What happened and what to do, in the reader's language. */
export function problemText(error: unknown, t: TFunction): string {
  if (!(error instanceof ApiProblem)) return t('errors.unknown');
  if (error.code === 'too_many_requests') return t('errors.too_many_requests', { count: error.retryAfter ?? 30 });
  if (error.code === 'account_locked') return t('errors.account_locked', { count: Math.ceil((error.retryAfter ?? 900) / 60) });
  if (error.code === 'validation' && error.fields.length > 0) return [...new Set(error.fields.map((field) => refusalText(field, t)))].join(' ');
  const key = `errors.${error.code}`;
  return isText(key) ? t(key) : (error.detail ?? t('errors.unknown'));
}

/** The words for a problem that came as a bare code, in an address. */
export function codeText(code: string, t: TFunction): string {
  const key = `errors.${code}`;
  return /^[a-z_]+$/.test(code) && isText(key) ? t(key) : t('errors.oauth_failed');
}

/** The message of one refused field; the server's own words for a code that we do not know. */
export function fieldText(code: string, message: string, t: TFunction): string {
  const key = `errors.field.${code}`;
  return isText(key) ? t(key) : message;
}

/** Parts of a form that hold a file: their codes say what is wrong with its content. */
const FILE_PARTS = ['file', 'cover', 'avatar', 'banner'];

/** Why one part of what was sent was refused, for a message away from its field. */
function refusalText({ field, code, message }: FieldError, t: TFunction): string {
  if (!FILE_PARTS.includes(field)) return fieldText(code, message, t);
  const key = `errors.file.${code}`;
  return isText(key) ? t(key) : message;
}

/** Can the same request succeed later? Not when the server refused what it says: then only a change helps. Status 0 is the network. */
export const mayTryAgain = (error: unknown) => !(error instanceof ApiProblem) || error.status >= 500 || [0, 401, 408, 429].includes(error.status) || ['request_in_progress', 'upload_locked', 'upload_offset', 'upload_gone', 'checksum_mismatch'].includes(error.code);
