import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { PeopleList } from '@/components/people/PeopleList';
import { suggestionsQuery } from '@/lib/api/users/suggestions';

const MOST = 6;

/** People whom a member might want to follow; nothing where there are none. */
export function SuggestedPeople() {
  const { t } = useTranslation();
  const { data } = useQuery(suggestionsQuery(MOST));
  if (!data || data.items.length === 0) return null;
  return (
    <section className="mt-14" aria-labelledby="people">
      <h2 id="people" className="mb-4 text-xl">
        {t('dashboard.people')}
      </h2>
      <PeopleList people={data.items} />
    </section>
  );
}
