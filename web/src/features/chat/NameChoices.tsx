/* Members whose names begin as what stands behind an @ in the field. */

import { useId, useState, type KeyboardEvent, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { PersonName } from '@/components/people/PersonName';
import { Avatar } from '@/components/ui/Avatar';
import { useMembers } from '@/lib/api/chat/members';
import type { Conversation, UserRef } from '@/lib/api/schema';
import { useDebounced } from '@/lib/dom/useDebounced';

const MOST = 5;

/** What is typed of a name just before the cursor, without the @; null: no name is being typed. */
export const nameBefore = (text: string, cursor: number): string | null => /(?:^|[^A-Za-z0-9_@.])@([A-Za-z0-9_.-]{0,30})$/.exec(text.slice(0, cursor))?.[1] ?? null;

export function useNameChoices(room: Conversation, field: RefObject<HTMLTextAreaElement | null>, text: string, setText: (text: string) => void) {
  const list = useId();
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState<string | null>(null);
  const cursor = field.current?.selectionStart ?? text.length;
  const typed = nameBefore(text, Math.min(cursor, text.length));
  const q = useDebounced(typed ?? '', 120);
  const members = useMembers(room.id, q, typed !== null && room.kind !== 'direct');
  const found = typed === null || closed === text || room.kind === 'direct' ? [] : (members.data?.pages[0]?.items ?? []).map(({ person }) => person).slice(0, MOST);
  const index = Math.min(at, found.length - 1);

  const choose = (person: UserRef) => {
    const from = Math.min(cursor, text.length) - (typed ?? '').length;
    const now = `${text.slice(0, from)}${person.username} ${text.slice(Math.min(cursor, text.length)).replace(/^ /, '')}`;
    setText(now);
    setClosed(now);
    setAt(0);
    const end = from + person.username.length + 1;
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(end, end);
    });
  };

  return {
    list,
    found,
    index,
    choose,
    field: found.length > 0 ? { role: 'combobox' as const, 'aria-expanded': true, 'aria-controls': list, 'aria-autocomplete': 'list' as const, 'aria-activedescendant': `${list}-${index}` } : {},
    /** True when the key was about the choices. */
    onKey(event: KeyboardEvent): boolean {
      const person = found[index];
      if (!person) return false;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') setAt((index + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length);
      else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') choose(person);
      else if (event.key === 'Escape') setClosed(text);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}

export function NameChoices({ names: { list, found, index, choose } }: { names: ReturnType<typeof useNameChoices> }) {
  const { t } = useTranslation();
  if (found.length === 0) return null;
  return (
    <ul id={list} role="listbox" aria-label={t('chat.names')} className="absolute inset-x-2 bottom-full mb-1 max-w-sm rounded-card bg-raised p-1 shadow-float">
      {found.map((person, i) => (
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the focus and takes the keys
        <li key={person.id} id={`${list}-${i}`} role="option" aria-selected={i === index} onClick={() => choose(person)} className="flex cursor-pointer items-center gap-3 rounded-sm px-2 py-1.5 hover:bg-sunk aria-selected:bg-sunk">
          <Avatar user={person} size={28} />
          <PersonName user={person} />
        </li>
      ))}
    </ul>
  );
}
