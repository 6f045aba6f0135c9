/* The creator's table: dense, one line a track, tools at the end. On a phone the columns fold under the title. */

import { useTranslation } from 'react-i18next';
import type { Track } from '@/lib/api/schema';
import { LibraryRow } from './LibraryRow';
import { SelectBox } from './SelectBox';
import type { Selection } from './useSelection';

interface LibraryTableProps {
  tracks: readonly Track[];
  selection: Selection;
  onEdit: (track: Track) => void;
  onDelete: (track: Track) => void;
}

export function LibraryTable({ tracks, selection, onEdit, onDelete }: LibraryTableProps) {
  const { t } = useTranslation();
  const head = 'eyebrow py-2 pe-4 font-normal';
  const start = `${head} text-start`;
  const end = `${head} text-end`;
  return (
    <table className="w-full border-collapse">
      <caption className="sr-only">{t('library.title')}</caption>
      <thead>
        <tr className="border-b border-line-strong">
          <th scope="col" className="w-9">
            <SelectBox
              label={t('library.many.all')}
              checked={selection.ids.size === tracks.length}
              mixed={selection.ids.size > 0 && selection.ids.size < tracks.length}
              onToggle={selection.ids.size === tracks.length ? selection.none : selection.all}
            />
          </th>
          <th scope="col" className={start}>
            {t('library.column.title')}
          </th>
          <th scope="col" className={`${start} max-lg:hidden`}>
            {t('library.column.sound')}
          </th>
          <th scope="col" className={`${start} max-md:hidden`}>
            {t('library.column.state')}
          </th>
          <th scope="col" className={`${end} max-xl:hidden`}>
            BPM
          </th>
          <th scope="col" className={`${start} max-xl:hidden`}>
            {t('track.field.musical_key')}
          </th>
          <th scope="col" className={`${end} max-xl:hidden`}>
            LUFS
          </th>
          <th scope="col" className={`${end} max-sm:hidden`}>
            {t('library.column.length')}
          </th>
          <th scope="col" className={`${end} max-md:hidden`}>
            {t('library.column.added')}
          </th>
          <th scope="col" className="w-10">
            <span className="sr-only">{t('library.column.tools')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tracks.map((track) => (
          <LibraryRow key={track.id} track={track} list={tracks} isSelected={selection.ids.has(track.id)} onSelect={(range) => selection.toggle(track.id, range)} onEdit={onEdit} onDelete={onDelete} />
        ))}
      </tbody>
    </table>
  );
}
