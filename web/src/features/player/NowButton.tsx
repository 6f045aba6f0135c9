import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { MovingPeaks } from '@/components/peaks/MovingPeaks';
import { byline } from '@/lib/format/byline';
import type { QueueEntry } from '@/lib/player/queue';
import { usePlayer } from '@/lib/player/store';

const PlayingChapter = lazy(() => import('./PlayingChapter'));

/** Cover, title and name. The cover opens the full screen. */
export function NowButton({ track }: { track: QueueEntry }) {
  const { t } = useTranslation();
  const isPlaying = usePlayer((s) => s.isPlaying && !s.isBuffering);
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 xl:w-72 xl:flex-none flat:max-xl:max-w-56">
      <button
        type="button"
        aria-label={t('player.open_now')}
        title={t('player.open_now')}
        onClick={() => usePlayer.getState().setPanel('now')}
        className="group/cover relative shrink-0 overflow-hidden rounded-sm"
      >
        <Cover track={track} sizes="56px" eager className="size-11 lg:size-14" />
        <span className="absolute inset-0 grid place-items-center bg-scrim text-accent opacity-0 transition-opacity duration-150 group-hover/cover:opacity-100 group-focus-visible/cover:opacity-100">
          <MovingPeaks playing={isPlaying} className="size-5" />
        </span>
      </button>
      <div className="min-w-0">
        {track.unavailable ? (
          <p dir="auto" title={track.title} className="truncate text-muted" data-player-title>
            {track.title}
          </p>
        ) : (
          <>
            <Link to={`/track/${track.id}`} dir="auto" title={track.title} className="block truncate font-semibold text-ink hover:underline" data-player-title>
              {track.title}
            </Link>
            <Link to={`/u/${encodeURIComponent(track.creator.username)}`} dir="auto" className="block truncate text-sm text-muted hover:text-ink hover:underline">
              {byline(track)}
            </Link>
            <Suspense fallback={null}>
              <PlayingChapter id={track.id} className="text-xs text-muted max-xl:hidden flat:hidden" />
            </Suspense>
          </>
        )}
      </div>
    </div>
  );
}
