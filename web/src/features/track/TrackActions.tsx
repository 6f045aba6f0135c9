import { Code, Download, Heart, Link2, ListMusic, ListPlus, Pencil, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmbedDialog } from '@/components/share/LazyEmbedDialog';
import { ShareButton } from '@/components/share/ShareButton';
import { LikeButton } from '@/components/track/LikeButton';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
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
  const { data: me } = useMe();
  const guest = me === null;
  const isReady = track.status === 'completed';
  const [dialog, setDialog] = useState<'download' | 'links' | 'embed' | null>(null);

  return (
    <>
      <Actions
        className="mt-6"
        title={track.title}
        actions={[
          isPlayable(track) && { label: t('track.queue'), icon: ListPlus, onSelect: () => queueLast(toPlayerTrack(track)), rare: track.is_mine },
          me && { label: t('track.add_to_playlist'), icon: ListMusic, onSelect: () => askForPlaylist([track]) },
          !track.is_mine && isPlayable(track) && { label: t('track.embed'), icon: Code, onSelect: () => setDialog('embed') },
          (track.is_downloadable || track.is_mine) && isReady && { label: t('track.download'), icon: Download, onSelect: () => setDialog('download') },
          track.is_mine && isReady && { label: t('track_page.links'), icon: Link2, onSelect: () => setDialog('links'), rare: true },
          track.is_mine && { label: t('common.edit'), icon: Pencil, onSelect: onEdit },
          track.is_mine && { label: t('common.delete'), icon: Trash2, onSelect: onDelete, danger: true, rare: true },
        ]}
      >
        {guest ? (
          <Button asChild>
            <Link to={loginPath(`/track/${track.id}`)}>
              <Heart size={18} aria-hidden />
              {t('track_page.like_short')}
            </Link>
          </Button>
        ) : (
          isReady && (
            <>
              <LikeButton track={track} size="md" />
              {me && <RepostToggle track={track} />}
            </>
          )
        )}
        {isReady && (
          <>
            {track.like_count !== null && <span className="me-2 text-muted max-sm:order-last">{t('track_page.likes', { count: track.like_count })}</span>}
            {!!track.repost_count && <span className="me-2 text-muted max-sm:order-last">{t('track_page.reposts', { count: track.repost_count })}</span>}
          </>
        )}
        <ShareButton path={`/track/${track.id}`} title={track.title} />
      </Actions>
      <Suspense fallback={null}>
        {dialog === 'download' && <DownloadDialog track={track} onClose={() => setDialog(null)} />}
        {dialog === 'links' && <ShareDialog track={track} onClose={() => setDialog(null)} />}
        {dialog === 'embed' && <EmbedDialog path={`/track/${track.id}`} title={track.title} onClose={() => setDialog(null)} />}
      </Suspense>
    </>
  );
}
