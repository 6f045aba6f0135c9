/* The releases of a person, or the latest of all, above their tracks. Nothing where there are none. */

import { useTranslation } from 'react-i18next';
import { More } from '@/components/ui/More';
import { useReleases, type ReleaseFilter } from '@/lib/api/releases/list';
import { ReleaseGrid } from './ReleaseCard';

export default function ReleaseShelf({ filter, endless = false }: { filter: ReleaseFilter; endless?: boolean }) {
  const { t } = useTranslation();
  const releases = useReleases(filter);
  const items = releases.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="releases" className="mb-12">
      <h2 id="releases" className="mb-4 text-lg">
        {t('common.release.releases')}
      </h2>
      <ReleaseGrid releases={items} />
      {endless && <More list={releases} small />}
    </section>
  );
}
