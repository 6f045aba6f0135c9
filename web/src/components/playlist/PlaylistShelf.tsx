/* The public playlists of a person, below their tracks. Nothing where there are none. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { releaseGrid } from '@/components/release/ReleaseCard';
import { More } from '@/components/ui/More';
import type { usePlaylistsOfUser } from '@/lib/api/playlists/ofUser';
import { PlaylistCover } from './PlaylistCover';

export default function PlaylistShelf({ list }: { list: ReturnType<typeof usePlaylistsOfUser> }) {
  const { t } = useTranslation();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="playlists" className="mt-12">
      <h2 id="playlists" className="mb-4 text-lg">
        {t('frame.nav.playlists')}
      </h2>
      <ul className={releaseGrid}>
        {items.map((playlist) => (
          <li key={playlist.id} className="min-w-0">
            <article className="relative min-w-0">
              <PlaylistCover playlist={playlist} sizes="(min-width: 1024px) 240px, (min-width: 640px) 33vw, 50vw" className="w-full rounded-card" />
              <h3 title={playlist.name} className="mt-3 line-clamp-2 text-base leading-tight break-words">
                <Link to={`/playlist/${playlist.id}`} dir="auto" className="after:absolute after:inset-0 hover:underline">
                  {playlist.name}
                </Link>
              </h3>
              <p className="mt-0.5 text-sm text-muted">{t('profile.tracks', { count: playlist.track_count })}</p>
            </article>
          </li>
        ))}
      </ul>
      <More list={list} small />
    </section>
  );
}
