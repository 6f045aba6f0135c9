/* All genres as the tree that they are, with their other names. */

import { X } from 'lucide-react';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { ErrorState } from '@/components/ui/ErrorState';
import { IconButton } from '@/components/ui/IconButton';
import { useAllGenres } from '@/lib/api/admin/labels';
import type { DiscoverGenre } from '@/lib/api/schema';

interface TreeProps {
  genres: readonly DiscoverGenre[];
  parent: string | null;
  onRemoveAlias: (name: string) => void;
  removeLabel: (name: string) => string;
}

function Level({ genres, parent, onRemoveAlias, removeLabel }: TreeProps) {
  const here = genres.filter((genre) => genre.parent === parent);
  if (here.length === 0) return null;
  return (
    <ul className={parent === null ? 'space-y-2' : 'ms-5 mt-1 space-y-1 border-s border-line ps-3'}>
      {here.map((genre) => (
        <li key={genre.slug}>
          <span className="flex flex-wrap items-center gap-x-3">
            <bdi className={parent === null ? 'font-semibold' : ''}>{genre.name}</bdi>
            {genre.also.map((name) => (
              <span key={name} className="flex items-center text-sm text-muted">
                <bdi>{name}</bdi>
                <IconButton size="sm" label={removeLabel(name)} onClick={() => onRemoveAlias(name)}>
                  <X size={14} aria-hidden />
                </IconButton>
              </span>
            ))}
          </span>
          <Level genres={genres} parent={genre.slug} onRemoveAlias={onRemoveAlias} removeLabel={removeLabel} />
        </li>
      ))}
    </ul>
  );
}

export function GenreTreeList({ onRemoveAlias, removeLabel }: Omit<TreeProps, 'genres' | 'parent'>) {
  const genres = useAllGenres();
  if (genres.isPending) return <PeaksSkeleton />;
  if (genres.isLoadingError) return <ErrorState error={genres.error} onRetry={() => void genres.refetch()} />;
  return <Level genres={genres.data ?? []} parent={null} onRemoveAlias={onRemoveAlias} removeLabel={removeLabel} />;
}
