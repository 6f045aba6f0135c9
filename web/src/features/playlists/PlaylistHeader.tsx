import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCoverHue } from '@/components/cover/useCoverHue';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { PlaylistCover } from '@/components/playlist/PlaylistCover';
import { Editorial, Size, Smart, Visibility } from '@/components/playlist/PlaylistFacts';
import { HueBox } from '@/components/ui/HueBox';
import { Page } from '@/components/ui/Page';
import type { Playlist } from '@/lib/api/schema';
import { largeTitle } from '@/lib/format/largeTitle';

/** What the playlist is called, whose it is, and its cover. */
export function PlaylistHeader({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  const hue = useCoverHue(playlist.covers[0] ?? { id: playlist.id, cover_url: null });
  const { owner } = playlist;
  return (
    <HueBox hue={hue} className="hue-wash">
      <div className="mx-auto grid max-w-[1440px] gap-6 px-4 pt-8 sm:px-6 sm:pt-12 md:grid-cols-[minmax(0,1fr)_minmax(180px,320px)] md:gap-10">
        <header className="flex min-w-0 flex-col justify-end max-md:order-last">
          <p className="mb-3 flex flex-wrap gap-x-4 text-sm text-muted">
            <Smart playlist={playlist} />
            <Visibility playlist={playlist} />
            <Editorial playlist={playlist} />
          </p>
          <h1 dir="auto" title={playlist.name} className={`hyphens-auto ${largeTitle(playlist.name)}`}>
            {playlist.name}
          </h1>
          <p className="mt-4 truncate text-lg text-muted">
            <Link to={`/u/${encodeURIComponent(owner.username)}`} className="hover:text-ink hover:underline">
              <bdi>{owner.display_name}</bdi> <span className="text-sm">@{owner.username}</span>
            </Link>
          </p>
          <p className="mt-1 flex flex-wrap gap-x-4 text-sm text-muted">
            <Size playlist={playlist} />
            {!!playlist.follower_count && <span>{t('playlists.followers', { count: playlist.follower_count })}</span>}
          </p>
          {playlist.origin && (
            <p className="mt-1 truncate text-sm text-muted">
              <Link to={`/playlist/${playlist.origin.id}`} dir="auto" className="underline hover:text-ink">
                {t('playlists.copied_from', { name: playlist.origin.name })}
              </Link>
            </p>
          )}
        </header>
        <PlaylistCover playlist={playlist} sizes="(min-width: 768px) 320px, 60vw" className="w-3/5 max-w-80 rounded-card md:w-full" />
      </div>
    </HueBox>
  );
}

/** While it is loaded. */
export function PlaylistSkeleton({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Page>
      <h1 className="sr-only">{t('common.loading')}</h1>
      <div className="size-40 animate-pulse rounded-card bg-sunk" />
      <PeaksSkeleton seed={id} className="mt-10 h-16" bars={160} />
    </Page>
  );
}
