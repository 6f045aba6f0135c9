import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Chip } from '@/components/ui/Chip';
import { genresQuery } from '@/lib/api/tracks/genres';
import { useFormat } from '@/lib/format/useFormat';
import { genreName } from '@/lib/genres';

interface GenreChipsProps {
  /** '' for all. */
  chosen: string;
  onChoose: (genre: string) => void;
  children?: ReactNode;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The genres that tracks have, with how many; the chosen one is among them even when no track has it, and in sight. */
export function GenreChips({ chosen, onChoose, children }: GenreChipsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const row = useRef<HTMLDivElement>(null);
  const { data } = useQuery(genresQuery);
  const listed: { name: string; track_count?: number }[] = data?.items ?? [];
  const genres = chosen && !listed.some(({ name }) => same(name, chosen)) ? [{ name: chosen }, ...listed] : listed;

  useEffect(() => {
    /* sideways only: the page stays where it is */
    const chip = row.current?.querySelector<HTMLElement>('[aria-pressed=true]');
    if (row.current && chip) row.current.scrollLeft += chip.getBoundingClientRect().left - row.current.getBoundingClientRect().left - (row.current.clientWidth - chip.offsetWidth) / 2;
  }, [chosen, data]);

  return (
    <div
      ref={row}
      role="group"
      aria-label={t('discover.genres')}
      className="-mx-4 mb-6 flex min-h-11 gap-2 overflow-x-auto px-4 pb-2 sm:mx-0 sm:flex-wrap sm:px-0"
    >
      <Chip pressed={!chosen} onClick={() => onChoose('')}>
        {t('discover.everything')}
      </Chip>
      {genres.map(({ name, track_count }) => (
        <Chip key={name} pressed={same(name, chosen)} onClick={() => onChoose(same(name, chosen) ? '' : name)}>
          <bdi>{genreName(name)}</bdi>{' '}
          {track_count !== undefined && <span className="num ms-1 text-xs">{format.number(track_count)}</span>}
        </Chip>
      ))}
      {children}
    </div>
  );
}
