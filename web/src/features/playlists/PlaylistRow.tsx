import { clsx } from 'clsx';
import { CircleOff, ListX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { RowByline, rowClass, RowCover, RowEnd, RowLength, RowTitle, rowWaveformClass } from '@/components/track/TrackRow';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { DragHandle, type HandleProps } from '@/components/ui/DragHandle';
import { IconButton } from '@/components/ui/IconButton';
import { MenuItem } from '@/components/ui/Menu';
import type { PlaylistItem } from '@/lib/api/schema';
import type { ListedTrack } from '@/lib/player/listed';
import { unseenName } from './unseenName';

interface PlaylistRowProps {
  /** Null: gone, or not for the reader. */
  track: ListedTrack | null;
  /** What a file said of a track that is not here. */
  wanted: PlaylistItem['wanted'];
  /** Who put it in, where that is somebody else than the owner. */
  addedBy: PlaylistItem['added_by'];
  /** Counts from 1. */
  place: number;
  /** All that can be played from here. */
  list: readonly ListedTrack[];
  isDragged: boolean;
  /** Undefined for those who may not change the playlist. */
  handle: HandleProps | undefined;
  onRemove: () => void;
}

function Unseen({ place, wanted, isDragged, handle, onRemove }: Omit<PlaylistRowProps, 'track' | 'list' | 'addedBy'>) {
  const { t } = useTranslation();
  const title = unseenName(t, place, wanted);
  return (
    <div className={clsx(rowClass, isDragged && 'bg-raised shadow-float')}>
      {handle && <DragHandle label={t('playlists.move', { title })} {...handle} />}
      <span className="grid size-11 shrink-0 place-items-center rounded-sm bg-sunk text-muted">
        <CircleOff size={18} aria-hidden />
      </span>
      {wanted?.title ? (
        <div className="min-w-0 flex-1 text-muted">
          <h3 title={wanted.title} dir="auto" className="truncate text-base leading-tight">
            {wanted.title}
          </h3>
          <p dir="auto" className="mt-0.5 truncate text-sm">
            {[wanted.artist, t('playlists.waiting')].filter(Boolean).join(' · ')}
          </p>
        </div>
      ) : (
        <p className="min-w-0 flex-1 text-sm text-muted">{t('playlists.unseen')}</p>
      )}
      {handle && (
        <IconButton size="sm" label={t('playlists.remove_title', { title })} onClick={onRemove}>
          <ListX size={18} aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

export function PlaylistRow({ track, ...row }: PlaylistRowProps) {
  const { t } = useTranslation();
  const { list, isDragged, handle, onRemove } = row;
  if (!track) return <Unseen {...row} />;
  return (
    <article className={clsx(rowClass, isDragged ? 'bg-raised shadow-float' : 'hover:bg-sunk/60')}>
      {handle && <DragHandle label={t('playlists.move', { title: track.title })} {...handle} />}
      <RowCover track={track} list={list} />
      <RowTitle track={track}>
        <RowByline track={track} />
        {row.addedBy && <span> · {t('playlists.added_by', { name: row.addedBy.display_name })}</span>}
      </RowTitle>
      <TrackWaveform track={track} context={{ list }} className={rowWaveformClass} />
      <RowEnd track={track} before={<RowLength track={track} />}>
        {handle && (
          <MenuItem danger onSelect={onRemove}>
            <ListX size={16} aria-hidden />
            {t('playlists.remove')}
          </MenuItem>
        )}
      </RowEnd>
    </article>
  );
}
