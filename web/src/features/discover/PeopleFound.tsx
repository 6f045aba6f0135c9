import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Avatar } from '@/components/ui/Avatar';
import { peopleQuery } from '@/lib/api/users/search';
import { personName } from '@/lib/format/personName';

const MOST = 12;

/** The people among the results of a search; nothing where there are none. */
export function PeopleFound({ q }: { q: string }) {
  const { t } = useTranslation();
  const { data } = useQuery(peopleQuery(q, MOST));
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-labelledby="people" className="mb-8">
      <h2 id="people" className="mb-3 text-lg">
        {t('pages.discover.people')}
      </h2>
      <ul className="grid gap-x-6 gap-y-2 sm:grid-cols-2 lg:grid-cols-3">
        {data.items.map((user) => (
          <li key={user.id} className="min-w-0">
            <Link to={`/u/${encodeURIComponent(user.username)}`} className="group flex items-center gap-3 py-1.5">
              <Avatar user={user} size={40} />
              <span className="min-w-0">
                <span dir="auto" className="block truncate font-semibold group-hover:underline">
                  {personName(user)}
                </span>
                <span className="block truncate text-xs text-muted">@{user.username}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
