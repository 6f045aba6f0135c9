/* What is new from those whom one follows, the latest first. */

import { Link } from 'react-router';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { ReleaseCover } from '@/components/release/ReleaseCover';
import { releaseArtist } from '@/components/release/ReleaseCard';
import { TrackStrip } from '@/components/track/TrackStrip';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { useFeed } from '@/lib/api/feed/list';
import type { FeedItem, Release, Track } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { genreName } from '@/lib/genres';

function whyOf({ what, reason, label, reposter, other_reposters }: FeedItem, t: TFunction): string {
  if (reason === 'repost' && reposter) {
    const name = reposter.display_name;
    return other_reposters > 0 ? t('dashboard.why.repost_more', { name, count: other_reposters }) : t('dashboard.why.repost', { name });
  }
  if (reason === 'genre' && label) return t('dashboard.why.genre', { label: genreName(label) });
  if (reason === 'tag' && label) return t('dashboard.why.tag', { label });
  return t(what === 'release' ? 'dashboard.why.release' : 'dashboard.why.track');
}

function ReleaseStrip({ release }: { release: Release }) {
  const { t } = useTranslation();
  return (
    <article className="relative flex items-center gap-x-4 border-b border-line py-3 transition-colors duration-150 hover:bg-sunk/60 sm:gap-x-5 sm:py-4">
      <ReleaseCover release={release} sizes="80px" className="size-16 shrink-0 rounded-sm sm:size-20" />
      <div className="min-w-0">
        <h3 title={release.title} className="line-clamp-2 text-lg leading-tight tracking-tight break-words sm:text-xl">
          <Link to={`/release/${release.slug}`} dir="auto" className="after:absolute after:inset-0 hover:underline">
            {release.title}
          </Link>
        </h3>
        <p className="mt-1 flex min-w-0 gap-2 text-sm text-muted">
          <span dir="auto" className="truncate">
            {releaseArtist(release)}
          </span>
          <span className="shrink-0">· {t(`common.release.kind.${release.kind}`)}</span>
        </p>
      </div>
    </article>
  );
}

export function Feed() {
  const { t } = useTranslation();
  const f = useFormat();
  const feed = useFeed();
  const items = feed.data?.pages.flatMap((page) => page.items) ?? [];
  const tracks = items.flatMap(({ track }): Track[] => (track ? [track] : []));
  return (
    <section className="mt-10" aria-labelledby="feed">
      <h2 id="feed" className="mb-5 text-xl">
        {t('dashboard.feed')}
      </h2>
      {feed.isPending && <TrackStripsSkeleton />}
      {feed.isLoadingError && <ErrorState error={feed.error} onRetry={() => void feed.refetch()} />}
      {feed.isSuccess && items.length === 0 && (
        <Empty
          title={t('dashboard.feed_empty')}
          action={
            <Button asChild tone="accent">
              <Link to="/discover">{t('dashboard.find')}</Link>
            </Button>
          }
        >
          {t('dashboard.feed_empty_text')}
        </Empty>
      )}
      {items.length > 0 && (
        <ol>
          {items.map((item) => (
            <li key={item.id} className="pt-3">
              <p className="flex min-w-0 gap-2 text-xs text-muted">
                <span dir="auto" className="truncate">
                  {whyOf(item, t)}
                </span>
                <time dateTime={item.at} className="shrink-0">
                  · {f.ago(item.at)}
                </time>
              </p>
              {item.track && <TrackStrip track={item.track} list={tracks} />}
              {item.release && <ReleaseStrip release={item.release} />}
            </li>
          ))}
        </ol>
      )}
      <More list={feed} />
      {items.length > 20 && !feed.hasNextPage && <p className="mt-8 text-center text-sm text-muted">{t('dashboard.feed_end')}</p>}
    </section>
  );
}
