/* The playlists that the editors chose. Nothing where there are none. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { More } from '@/components/ui/More';
import { editorialQuery } from '@/lib/api/playlists/editorial';
import { PlaylistCards } from './PlaylistCards';

export default function EditorialShelf() {
  const { t } = useTranslation();
  const list = useInfiniteQuery(editorialQuery);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="editorial" className="mb-12">
      <h2 id="editorial" className="mb-4 text-lg">
        {t('playlists.editorial_list')}
      </h2>
      <PlaylistCards items={items} />
      <More list={list} small />
    </section>
  );
}
