import { useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { genreTreeQuery } from '@/lib/api/discover/genres';
import { genreName } from '@/lib/genres';

interface GenreTreeProps {
  /** Only what is right below this genre; without: the genres at the top. */
  under?: string;
  title: string;
}

/** Genres that lead to their pages; nothing where there are none. */
export function GenreTree({ under, title }: GenreTreeProps) {
  const { t } = useTranslation();
  const { data } = useQuery(genreTreeQuery);
  const genres = data?.filter(({ parent }) => parent === (under ?? null)) ?? [];
  if (genres.length === 0) return null;
  return (
    <nav aria-label={title} className="mb-12">
      <h2 className="mb-4 text-lg">{title}</h2>
      <ul className="flex flex-wrap gap-2">
        {genres.map(({ slug, name, is_following }) => (
          <li key={slug}>
            <Link to={`/discover/genre/${slug}`} className="inline-flex min-h-9 items-center gap-1.5 rounded-full border border-line-strong px-3.5 text-sm hover:bg-sunk">
              <bdi>{genreName(name)}</bdi>
              {is_following && <Check size={14} aria-label={t('discover.following')} />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
