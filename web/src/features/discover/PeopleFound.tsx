import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { PeopleList } from '@/components/people/PeopleList';
import { peopleQuery } from '@/lib/api/users/search';

const MOST = 12;

/** The people among the results of a search; nothing where there are none. */
export function PeopleFound({ q }: { q: string }) {
  const { t } = useTranslation();
  const { data } = useQuery(peopleQuery(q, MOST));
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-labelledby="people" className="mb-8">
      <h2 id="people" className="mb-3 text-lg">
        {t('discover.people')}
      </h2>
      <PeopleList people={data.items} />
    </section>
  );
}
