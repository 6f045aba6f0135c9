import { Download, Link2, ListPlus, Pencil, Share2, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { API } from '@/lib/api/client';
import type { Track } from '@/lib/api/types';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';
import { toast } from '@/lib/toast/store';

interface TrackActionsProps {
  track: Track;
  onEdit: () => void;
  onDelete: () => void;
}

export function TrackActions({ track, onEdit, onDelete }: TrackActionsProps) {
  const { t } = useTranslation();
  const canShare = typeof navigator.share === 'function' && matchMedia('(pointer: coarse)').matches;
  const url = `${location.origin}/track/${track.id}`;

  async function share() {
    try {
      if (canShare) await navigator.share({ title: track.title, url });
      else {
        await navigator.clipboard.writeText(url);
        toast(t('track.copied'), 'ok');
      }
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) toast(t('track.copy_failed', { url }), 'danger');
    }
  }

  return (
    <div className="mt-6 flex flex-wrap gap-2">
      {isPlayable(track) && (
        <Button
          onClick={() => {
            usePlayer.getState().addToQueue(toPlayerTrack(track));
            toast(t('track.queued', { title: track.title }));
          }}
        >
          <ListPlus size={18} aria-hidden />
          {t('track.queue')}
        </Button>
      )}
      <Button onClick={() => void share()}>
        {canShare ? <Share2 size={18} aria-hidden /> : <Link2 size={18} aria-hidden />}
        {t(canShare ? 'track.share' : 'track.copy_link')}
      </Button>
      {(track.is_downloadable || track.is_mine) && track.status === 'completed' && (
        <Button asChild>
          <a href={`${API}/tracks/${track.id}/download`} download>
            <Download size={18} aria-hidden />
            {t('track.download')}
          </a>
        </Button>
      )}
      {track.is_mine && (
        <>
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
    </div>
  );
}
