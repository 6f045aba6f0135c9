import { CircleUser, Disc3, DiscAlbum, EyeOff, Heart, Link2, ListEnd, ListMusic, ListStart, Radio, Route, Share2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { MenuItem, MenuSeparator } from '@/components/ui/Menu';
import { useMe } from '@/lib/api/auth/me';
import { useNotThis } from '@/lib/api/mutes/change';
import { useReleasesOfTrack } from '@/lib/api/releases/ofTrack';
import { useLike } from '@/lib/api/tracks/like';
import type { PlayerTrack } from '@/lib/player/contract';
import { queueLast, queueNext } from '@/lib/player/play';
import { playRadio } from '@/lib/player/radio';
import { askForPlaylist } from '@/lib/playlists/adding';
import { useToasts } from '@/lib/toast/store';
import { useShare } from './useShare';

/** What one can do with any track. */
interface TrackMenuItemsProps {
  track: PlayerTrack;
  playable: boolean;
  isLiked: boolean | undefined;
}

export default function TrackMenuItems({ track, playable, isLiked }: TrackMenuItemsProps) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const { mutate: like } = useLike();
  const { mutate: notThis } = useNotThis();
  const { pathname } = useLocation();
  const release = useReleasesOfTrack(track.id, false).data?.items.find(({ slug }) => pathname !== `/release/${slug}`);
  const { canShare, share } = useShare({ path: `/track/${track.id}`, title: track.title });
  const refuse = () => {
    notThis({ id: track.id, on: true });
    useToasts.getState().show({ text: t('track.not_this_done', { title: track.title }), action: { label: t('common.undo'), run: () => notThis({ id: track.id, on: false }) } });
  };
  return (
    <>
      {playable && (
        <>
          <MenuItem onSelect={() => queueNext(track)}>
            <ListStart size={16} aria-hidden />
            {t('track.play_next')}
          </MenuItem>
          <MenuItem onSelect={() => queueLast(track)}>
            <ListEnd size={16} aria-hidden />
            {t('track.queue')}
          </MenuItem>
        </>
      )}
      {me && (
        <MenuItem onSelect={() => askForPlaylist([track])}>
          <ListMusic size={16} aria-hidden />
          {t('track.add_to_playlist')}
        </MenuItem>
      )}
      {me && playable && (
        <MenuItem onSelect={() => void playRadio(track)}>
          <Radio size={16} aria-hidden />
          {t('track.start_radio')}
        </MenuItem>
      )}
      {me && playable && (
        <MenuItem asChild>
          <Link to={`/discover/path/${track.id}`}>
            <Route size={16} aria-hidden />
            {t('track.path')}
          </Link>
        </MenuItem>
      )}
      {me && me.id !== track.creator.id && (
        <MenuItem onSelect={refuse}>
          <EyeOff size={16} aria-hidden />
          {t('track.not_this')}
        </MenuItem>
      )}
      {me && isLiked !== undefined && (
        <MenuItem className="sm:hidden" onSelect={() => like({ id: track.id, liked: !isLiked })}>
          <Heart size={16} aria-hidden />
          {t(isLiked ? 'track.menu_unlike' : 'track.menu_like')}
        </MenuItem>
      )}
      {(playable || me) && <MenuSeparator />}
      <MenuItem asChild>
        <Link to={`/track/${track.id}`}>
          <Disc3 size={16} aria-hidden />
          {t('track.go_to_track')}
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to={`/u/${encodeURIComponent(track.creator.username)}`}>
          <CircleUser size={16} aria-hidden />
          {t('track.go_to_artist')}
        </Link>
      </MenuItem>
      <MenuItem onSelect={() => void share()}>
        {canShare ? <Share2 size={16} aria-hidden /> : <Link2 size={16} aria-hidden />}
        {t(canShare ? 'track.share' : 'track.copy_link')}
      </MenuItem>
      {/* the last one, since the server is asked for it: it does not move what stands above */}
      {release && (
        <MenuItem asChild>
          <Link to={`/release/${release.slug}`}>
            <DiscAlbum size={16} aria-hidden />
            {t('track.go_to_release')}
          </Link>
        </MenuItem>
      )}
    </>
  );
}
