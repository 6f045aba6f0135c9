import type { TFunction } from 'i18next';
import type { Conversation } from '@/lib/api/schema';

type Named = Pick<Conversation, 'kind' | 'name' | 'other'>;

/** What a conversation is called: a direct one by the other person. */
export const titleOf = ({ kind, name, other }: Named, t: TFunction) => (kind === 'direct' ? (other?.display_name ?? t('chat.gone')) : (name ?? t('chat.unnamed')));
