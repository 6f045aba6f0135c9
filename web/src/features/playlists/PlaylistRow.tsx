import { clsx } from 'clsx';
import { CircleOff, ListX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { LikeButton } from '@/components/track/LikeButton';
import { PlayButton } from '@/components/track/PlayButton';
import { TrackMenu } from '@/components/track/TrackMenu';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { DragHandle, type HandleProps } from '@/components/ui/DragHandle';
import { IconButton } from '@/components/ui/IconButton';
import { MenuItem } from '@/components/ui/Menu';
import { byline } from '@/lib/format/byline';
import { clock, isoDuration } from '@/lib/format/format';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import type { PlaylistItem } from '@/lib/api/schema';
import { usePlayer } from '@/lib/player/store';
import type { ItemTrack } from './itemTrack';
import { unseenName } from './unseenName';

interface PlaylistRowProps {
  /** Null: gone, or not for the reader. */
  track: ItemTrack | null;
  /** What a file said of a track that is not here. */
  wanted: PlaylistItem['wanted'];
  /** Who put it in, where that is somebody else than the owner. */
  addedBy: PlaylistItem['added_by'];
  /** Counts from 1. */
  place: number;
  /** All that can be played from here. */
  list: readonly ItemTrack[];
  isDragged: boolean;
  /** Undefined for those who may not change the playlist. */
  handle: HandleProps | undefined;
  onRemove: () => void;
}

export const ROW = 64;

const rowClass = 'group flex h-16 items-center gap-3 border-b border-line transition-colors duration-150 sm:gap-4';

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
  const isCurrent = usePlayer((s) => track !== null && s.current?.id === track.id);
  const { list, isDragged, handle, onRemove } = row;
  if (!track) return <Unseen {...row} />;
  return (
    <article className={clsx(rowClass, isDragged ? 'bg-raised shadow-float' : 'hover:bg-sunk/60')}>
      {handle && <DragHandle label={t('playlists.move', { title: track.title })} {...handle} />}
      <div className="relative shrink-0">
        <Cover track={track} sizes="44px" className="size-11" />
        <PlayButton
          track={track}
          list={list}
          size="sm"
          look="veil"
          className={clsx('transition-opacity focus-visible:opacity-100', !isCurrent && 'pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100')}
        />
      </div>
      <div className="min-w-0 flex-1 md:flex-[4]">
        <h3 title={track.title} className={clsx('truncate text-base leading-tight', isCurrent && 'text-accent-text')}>
          <Link to={`/track/${track.id}`} dir="auto" className="hover:underline">
            {track.title}
          </Link>
        </h3>
        <p className="mt-0.5 truncate text-sm text-muted">
          <Link to={`/u/${encodeURIComponent(track.creator.username)}`} dir="auto" className="hover:text-ink hover:underline">
            {byline(track)}
          </Link>
          {row.addedBy && <span> · {t('playlists.added_by', { name: row.addedBy.display_name })}</span>}
        </p>
      </div>
      <TrackWaveform track={track} context={{ list }} className="h-9 min-w-0 max-md:hidden md:flex-[5]" />
      <div className="flex shrink-0 items-center gap-1 sm:gap-2">
        {track.duration_ms !== null && (
          <time dateTime={isoDuration(track.duration_ms)} className="num min-w-10 text-end text-xs text-muted">
            {clock(track.duration_ms)}
          </time>
        )}
        <span className="max-sm:hidden">
          <LikeButton track={track} />
        </span>
        <TrackMenu track={toPlayerTrack(track)} playable={isPlayable(track)}>
          {handle && (
            <MenuItem danger onSelect={onRemove}>
              <ListX size={16} aria-hidden />
              {t('playlists.remove')}
            </MenuItem>
          )}
        </TrackMenu>
      </div>
    </article>
  );
}
