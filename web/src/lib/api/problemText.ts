import type { TFunction } from 'i18next';
import { ApiProblem } from './problem';

const KNOWN = new Set([
  'validation',
  'unauthenticated',
  'token_expired',
  'invalid_credentials',
  'forbidden',
  'csrf_failed',
  'creator_required',
  'email_not_verified',
  'not_found',
  'method_not_allowed',
  'conflict',
  'username_taken',
  'email_taken',
  'payload_too_large',
  'unsupported_media_type',
  'too_many_requests',
  'internal',
  'maintenance',
  'unavailable',
  'network',
]);

/** What happened and what to do, in the reader's language. */
export function problemText(error: unknown, t: TFunction): string {
  if (!(error instanceof ApiProblem)) return t('errors.unknown');
  if (error.code === 'too_many_requests') return t('errors.too_many_requests', { count: error.retryAfter ?? 30 });
  if (KNOWN.has(error.code)) return t(`errors.${error.code}`);
  return error.detail ?? t('errors.unknown');
}

const FIELD_CODES = new Set(['required', 'too_short', 'too_long', 'invalid', 'taken', 'reserved', 'out_of_range', 'too_many', 'unknown']);

/** The message of one refused field. */
export function fieldText(code: string, message: string, t: TFunction): string {
  return FIELD_CODES.has(code) ? t(`errors.field.${code}`) : message;
}
