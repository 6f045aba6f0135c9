import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LongList } from '@/components/ui/LongList';
import type { Playlist } from '@/lib/api/schema';
import { PlaylistCover } from './PlaylistCover';
import { Editorial, Size, Smart, Visibility } from './PlaylistFacts';

function Card({ playlist, ofOne }: { playlist: Playlist; ofOne: boolean }) {
  const { t } = useTranslation();
  return (
    <article className="group relative min-w-0">
      <PlaylistCover playlist={playlist} sizes="(min-width: 1024px) 240px, (min-width: 640px) 33vw, 50vw" className="w-full rounded-card" />
      <h2 title={playlist.name} className="mt-3 line-clamp-2 text-base leading-tight break-words">
        {/* the link is as large as the card */}
        <Link to={`/playlist/${playlist.id}`} dir="auto" className="group-hover:underline after:absolute after:inset-0 after:rounded-card">
          {playlist.name}
        </Link>
      </h2>
      {!playlist.is_mine && !ofOne && (
        <p dir="auto" className="mt-0.5 truncate text-sm text-muted">
          {t('playlists.by', { name: playlist.owner.display_name })}
        </p>
      )}
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-muted">
        <Size playlist={playlist} />
        <Smart playlist={playlist} />
        <Visibility playlist={playlist} />
        <Editorial playlist={playlist} />
      </p>
    </article>
  );
}

interface PlaylistCardsProps<T extends Playlist> {
  items: readonly T[];
  /** A line below each. */
  below?: (playlist: T) => string;
  /** All are of one person, whom the page names. */
  ofOne?: boolean;
}

export function PlaylistCards<T extends Playlist>({ items, below, ofOne = false }: PlaylistCardsProps<T>) {
  return (
    <LongList
      items={items}
      keyOf={({ id }) => id}
      rowHeight={320}
      className="grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 sm:gap-x-6 lg:grid-cols-4 xl:grid-cols-5 2xl:grid-cols-6"
      itemClass="min-w-0"
    >
      {(playlist) => (
        <>
          <Card playlist={playlist} ofOne={ofOne} />
          {below && (
            <p dir="auto" className="mt-1 line-clamp-2 text-xs text-muted">
              {below(playlist)}
            </p>
          )}
        </>
      )}
    </LongList>
  );
}
