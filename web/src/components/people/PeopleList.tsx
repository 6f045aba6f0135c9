import { Link } from 'react-router';
import { Avatar } from '@/components/ui/Avatar';
import type { PublicUser } from '@/lib/api/schema';
import { PersonName } from './PersonName';

/** People with picture and name, each leading to their profile. */
export function PeopleList({ people }: { people: readonly PublicUser[] }) {
  return (
    <ul className="grid gap-x-6 gap-y-2 sm:grid-cols-2 lg:grid-cols-3">
      {people.map((user) => (
        <li key={user.id} className="min-w-0">
          <Link to={`/u/${encodeURIComponent(user.username)}`} className="group flex items-center gap-3 py-1.5">
            <Avatar user={user} size={40} />
            <PersonName user={user} className="group-hover:underline" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
