import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { editorialQuery } from '@/lib/api/playlists/editorial';
import PlaylistShelf from './PlaylistShelf';

/** The playlists that the editors chose. */
export default function EditorialShelf() {
  const { t } = useTranslation();
  return <PlaylistShelf list={useInfiniteQuery(editorialQuery)} title={t('playlists.editorial_list')} className="mb-12" />;
}
