import { BadgeCheck, MapPin } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { LinkedText } from '@/components/text/LinkedText';
import { TrackStrips } from '@/components/track/TrackLists';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { HueBox } from '@/components/ui/HueBox';
import { More } from '@/components/ui/More';
import { NotFound } from '@/components/ui/NotFound';
import { Page } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { hasCode } from '@/lib/api/problem';
import { usePlaylistsOfUser } from '@/lib/api/playlists/ofUser';
import { useReleases } from '@/lib/api/releases/list';
import { useEndlessTracks } from '@/lib/api/tracks/list';
import { useUserByName } from '@/lib/api/users/byUsername';
import type { PublicUser, User } from '@/lib/api/schema';
import { hueOf } from '@/lib/color/hue';
import { useTitle } from '@/lib/dom/useTitle';
import { largeTitle } from '@/lib/format/largeTitle';
import { useFormat } from '@/lib/format/useFormat';
import { withTexts } from '@/lib/i18n';
import { Gear } from './Gear';
import { ProfileActions } from './ProfileActions';
import { SocialLinks } from './SocialLinks';

const ReleaseShelf = lazy(() => import('@/components/release/ReleaseShelf'));
const PlaylistShelf = lazy(withTexts(() => import('@/components/playlist/PlaylistShelf'), 'playlists'));

const releasesOf = (user: PublicUser) => ({ creator_id: user.id, limit: 12 });

interface HeaderProps {
  user: PublicUser;
  /** Undefined while it is not known, null for a guest. */
  me: User | null | undefined;
}

function Header({ user, me }: HeaderProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <HueBox hue={hueOf(user.id)} className="hue-wash border-b border-line">
      {user.banner_url && <img src={user.banner_url} alt="" className="h-40 w-full object-cover sm:h-64" />}
      <header className="mx-auto max-w-[1440px] px-4 pt-10 pb-8 sm:px-6 sm:pt-16">
        <Avatar user={user} size={96} />
        <h1 dir="auto" title={user.display_name} className={`mt-5 ${largeTitle(user.display_name)}`}>
          {user.display_name}
        </h1>
        <div className="mt-4 flex flex-wrap items-center gap-x-5 gap-y-1 text-base text-muted">
          <span>@{user.username}</span>
          {user.is_verified && user.role !== 'user' && (
            <span className="inline-flex items-center gap-1.5">
              <BadgeCheck size={18} aria-hidden className="text-accent-text" />
              {t('profile.creator')}
            </span>
          )}
          {user.location && (
            <span className="inline-flex items-center gap-1.5">
              <MapPin size={16} aria-hidden />
              <span dir="auto">{user.location}</span>
            </span>
          )}
          <span>{t('profile.tracks', { count: user.track_count })}</span>
          <span>{t('profile.followers', { count: user.follower_count })}</span>
          <span>{t('profile.follows', { count: user.following_count })}</span>
          <span>{t('profile.since', { date: format.day(user.created_at) })}</span>
        </div>
        {user.bio && <p dir="auto" className="mt-4 max-w-prose text-base break-words whitespace-pre-line"><LinkedText text={user.bio} /></p>}
        <SocialLinks links={user.social_links} />
        <div className="mt-6 min-h-10">
          {me?.id === user.id ? (
            <Button asChild>
              <Link to="/settings/profile">{t('profile.edit')}</Link>
            </Button>
          ) : (
            me !== undefined && <ProfileActions user={user} guest={me === null} />
          )}
        </div>
      </header>
    </HueBox>
  );
}

/** `hasMore`: there is something of theirs beside tracks; undefined while that is not known. */
function Tracks({ user, mine, hasMore }: { user: PublicUser; mine: boolean; hasMore: boolean | undefined }) {
  const { t } = useTranslation();
  const tracks = useEndlessTracks({ creator_id: user.id, sort: 'newest' });
  const items = tracks.data?.pages.flatMap((page) => page.items) ?? [];
  if (tracks.isPending) return <TrackStripsSkeleton />;
  if (tracks.isLoadingError) return <ErrorState error={tracks.error} onRetry={() => void tracks.refetch()} />;
  if (items.length === 0) {
    if (hasMore !== false) return null;
    return (
      <Empty
        title={t(mine ? 'profile.empty_mine' : 'profile.empty', { name: user.display_name })}
        action={
          mine && (
            <Button asChild tone="accent">
              <Link to="/upload">{t('track.first.action')}</Link>
            </Button>
          )
        }
      />
    );
  }
  return (
    <>
      <h2 className="sr-only">{t('profile.tracks_title')}</h2>
      <TrackStrips tracks={items} total={tracks.data.pages[0]?.total} />
      <More list={tracks} />
    </>
  );
}

function Published({ user, mine }: { user: PublicUser; mine: boolean }) {
  const { t } = useTranslation();
  const releases = useReleases(releasesOf(user));
  const playlists = usePlaylistsOfUser(user.id);
  const others = [releases, playlists];
  const hasSome = others.some((list) => (list.data?.pages[0]?.items.length ?? 0) > 0);
  return (
    <div className="mx-auto max-w-[1440px] px-4 pt-6 pb-16 sm:px-6">
      <Suspense fallback={null}>
        <ReleaseShelf filter={releasesOf(user)} endless />
      </Suspense>
      <Tracks user={user} mine={mine} hasMore={hasSome || (others.some((list) => list.isPending) ? undefined : false)} />
      <Suspense fallback={null}>
        <PlaylistShelf list={playlists} title={t('frame.nav.playlists')} className="mt-12" ofOne />
      </Suspense>
      <Gear id={user.id} />
    </div>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { username = '' } = useParams();
  const { data: me } = useMe();
  const user = useUserByName(username);
  useTitle(user.data?.display_name ?? username);

  if (user.isPending) {
    return (
      <Page>
        <h1 className="sr-only">{username}</h1>
        <div className="size-24 animate-pulse rounded-full bg-sunk" />
        <PeaksSkeleton className="mt-6 h-24" bars={120} />
      </Page>
    );
  }
  if (hasCode(user.error, 'not_found')) return <NotFound title={t('profile.missing', { name: username })} />;
  if (user.isLoadingError) {
    return (
      <Page>
        <ErrorState page error={user.error} onRetry={() => void user.refetch()} />
      </Page>
    );
  }
  return (
    <>
      <Header user={user.data} me={me} />
      <Published user={user.data} mine={me?.id === user.data.id} />
    </>
  );
}
