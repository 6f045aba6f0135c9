import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Track } from '@/lib/api/schema';
import { byline } from '@/lib/format/byline';
import { genreName } from '@/lib/genres';

/** Who made it: the artist's name, leading to the profile of whoever published it; then the genre. */
export function TrackByline({ track, className }: { track: Track; className?: string }) {
  const { t } = useTranslation();
  return (
    <p className={clsx('flex min-w-0 items-center gap-2 text-sm text-muted', className)}>
      <Link to={`/u/${encodeURIComponent(track.creator.username)}`} dir="auto" className="truncate hover:text-ink hover:underline">
        {byline(track)}
      </Link>
      {track.is_explicit && (
        <abbr title={t('track.explicit')} className="num rounded-sm border border-line-strong px-1 text-xs no-underline">
          E
        </abbr>
      )}
      {track.genre && (
        <span className="truncate max-sm:hidden">
          · <bdi>{genreName(track.genre)}</bdi>
        </span>
      )}
    </p>
  );
}
