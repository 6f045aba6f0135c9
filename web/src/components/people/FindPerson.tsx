import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import type { PublicUser } from '@/lib/api/schema';
import { peopleQuery } from '@/lib/api/users/search';
import { useDebounced } from '@/lib/dom/useDebounced';
import { PersonName } from './PersonName';

interface FindPersonProps {
  label: string;
  /** Ids of those who are not offered. */
  known: readonly string[];
  /** Beside the field: how somebody is chosen. */
  beside?: ReactNode;
  /** What choosing this person is called. */
  actionOf: (name: string) => string;
  /** The same without the name, where the row is too narrow for it. */
  action?: string;
  /** Whose choice is on its way. */
  busy: string | null;
  /** `done` empties the field. */
  onChoose: (user: PublicUser, done: () => void) => void;
}

/** Somebody is found by name and chosen. */
export function FindPerson({ label, known, beside, actionOf, action, busy, onChoose }: FindPersonProps) {
  const [text, setText] = useState('');
  const q = useDebounced(text.trim(), 180);
  const people = useQuery({ ...peopleQuery(q, 5), enabled: q.length > 0 });
  const found = text.trim() && q ? (people.data?.items ?? []).filter((one) => !known.includes(one.id)) : [];
  return (
    <div className="space-y-2">
      <div className="flex items-end gap-2">
        <TextField className="min-w-0 flex-1" label={label} value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
        {beside}
      </div>
      <ul>
        {found.map((user) => (
          <li key={user.id} className="flex items-center gap-3 py-1.5">
            <Avatar user={user} size={32} />
            <div className="min-w-0 flex-1">
              <PersonName user={user} />
            </div>
            <Button aria-label={action && actionOf(user.display_name)} busy={busy === user.id} onClick={() => onChoose(user, () => setText(''))}>
              <UserPlus size={18} aria-hidden />
              <span dir="auto">{action ?? actionOf(user.display_name)}</span>
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
