/* A release as a square: its cover, its title, who made it, what it is. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { LongList } from '@/components/ui/LongList';
import type { Release } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { ReleaseCover } from './ReleaseCover';

export const releaseGrid = 'grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 sm:gap-x-6 lg:grid-cols-4 xl:grid-cols-5 2xl:grid-cols-6';

/** Who it is by, as its cover would say it. */
export const releaseArtist = (release: Pick<Release, 'artist' | 'creator'>) => release.artist ?? release.creator.display_name;

export function ReleaseCard({ release }: { release: Release }) {
  const { t } = useTranslation();
  const f = useFormat();
  const { release_at: at, release_zone: zone } = release;
  return (
    <article className="relative min-w-0">
      <ReleaseCover release={release} sizes="(min-width: 1024px) 240px, (min-width: 640px) 33vw, 50vw" className="w-full rounded-card" />
      <h3 title={release.title} className="mt-3 line-clamp-2 text-base leading-tight break-words">
        <Link to={`/release/${release.slug}`} dir="auto" className="after:absolute after:inset-0 hover:underline">
          {release.title}
        </Link>
      </h3>
      <p dir="auto" className="mt-0.5 truncate text-sm text-muted">
        {releaseArtist(release)}
      </p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-muted">
        <span>{t(`common.release.kind.${release.kind}`)}</span>
        {at && <span>{release.is_announced ? t('common.release.out_on', { date: f.moment(at) }) : f.dayIn(at, zone ?? 'UTC')}</span>}
        {release.is_mine && release.visibility !== 'public' && <span>{t(`track.status.${release.visibility}`)}</span>}
      </p>
    </article>
  );
}

export function ReleaseGrid({ releases }: { releases: readonly Release[] }) {
  return (
    <LongList items={releases} keyOf={({ id }) => id} rowHeight={320} className={releaseGrid} itemClass="min-w-0">
      {(release) => <ReleaseCard release={release} />}
    </LongList>
  );
}
