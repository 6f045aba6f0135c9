import type { TFunction } from 'i18next';
import type { SharedItem } from '@/lib/api/queue/session';

/** Who asked for it. A guest is called one, since anybody may take any name; whoever does not show themselves to the reader has none. */
export function askedBy(t: TFunction, { asked_by: name, asked_by_guest: isGuest }: Pick<SharedItem, 'asked_by' | 'asked_by_guest'>): string {
  if (!name) return t('listen.asked_by_somebody');
  return t(isGuest ? 'listen.asked_by_guest' : 'listen.asked_by', { name });
}
