import { Download, Heart, Link2, ListMusic, ListPlus, Pencil, Share2, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmbedButton } from '@/components/share/EmbedButton';
import { LikeButton } from '@/components/track/LikeButton';
import { Button } from '@/components/ui/Button';
import { useShare } from '@/components/track/useShare';
import { useMe } from '@/lib/api/auth/me';
import type { Track } from '@/lib/api/schema';
import { withTexts } from '@/lib/i18n';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { queueLast } from '@/lib/player/play';
import { askForPlaylist } from '@/lib/playlists/adding';
import { loginPath } from '@/lib/session/next';
import { RepostToggle } from './RepostToggle';

const DownloadDialog = lazy(withTexts(() => import('@/components/track/DownloadDialog'), 'sharing'));
const ShareDialog = lazy(withTexts(() => import('./ShareDialog'), 'sharing'));

interface TrackActionsProps {
  track: Track;
  onEdit: () => void;
  onDelete: () => void;
}

export function TrackActions({ track, onEdit, onDelete }: TrackActionsProps) {
  const { t } = useTranslation();
  const { canShare, share } = useShare({ path: `/track/${track.id}`, title: track.title });
  const { data: me } = useMe();
  const guest = me === null;
  const [dialog, setDialog] = useState<'download' | 'links' | null>(null);

  return (
    <div className="mt-6 flex flex-wrap items-center gap-2">
      {guest ? (
        <Button asChild>
          <Link to={loginPath(`/track/${track.id}`)}>
            <Heart size={18} aria-hidden />
            {t('track_page.like_short')}
          </Link>
        </Button>
      ) : (
        track.status === 'completed' && (
          <>
            <LikeButton track={track} size="md" />
            {me && <RepostToggle track={track} />}
          </>
        )
      )}
      {track.like_count !== null && track.status === 'completed' && <span className="me-2 text-muted">{t('track_page.likes', { count: track.like_count })}</span>}
      {track.repost_count !== null && track.repost_count > 0 && <span className="me-2 text-muted">{t('track_page.reposts', { count: track.repost_count })}</span>}
      {isPlayable(track) && (
        <Button onClick={() => queueLast(toPlayerTrack(track))}>
          <ListPlus size={18} aria-hidden />
          {t('track.queue')}
        </Button>
      )}
      {me && (
        <Button onClick={() => askForPlaylist([track])}>
          <ListMusic size={18} aria-hidden />
          {t('track.add_to_playlist')}
        </Button>
      )}
      <Button onClick={() => void share()}>
        {canShare ? <Share2 size={18} aria-hidden /> : <Link2 size={18} aria-hidden />}
        {t(canShare ? 'track.share' : 'track.copy_link')}
      </Button>
      {!track.is_mine && isPlayable(track) && <EmbedButton path={`/track/${track.id}`} title={track.title} />}
      {(track.is_downloadable || track.is_mine) && track.status === 'completed' && (
        <Button onClick={() => setDialog('download')}>
          <Download size={18} aria-hidden />
          {t('track.download')}
        </Button>
      )}
      {track.is_mine && (
        <>
          {track.status === 'completed' && (
            <Button onClick={() => setDialog('links')}>
              <Link2 size={18} aria-hidden />
              {t('track_page.links')}
            </Button>
          )}
          <Button onClick={onEdit}>
            <Pencil size={18} aria-hidden />
            {t('common.edit')}
          </Button>
          <Button tone="danger" onClick={onDelete}>
            <Trash2 size={18} aria-hidden />
            {t('common.delete')}
          </Button>
        </>
      )}
      <Suspense fallback={null}>
        {dialog === 'download' && <DownloadDialog track={track} onClose={() => setDialog(null)} />}
        {dialog === 'links' && <ShareDialog track={track} onClose={() => setDialog(null)} />}
      </Suspense>
    </div>
  );
}
