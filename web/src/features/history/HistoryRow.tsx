import { clsx } from 'clsx';
import { CircleOff, ListX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { LikeButton } from '@/components/track/LikeButton';
import { PlayButton } from '@/components/track/PlayButton';
import { TrackMenu } from '@/components/track/TrackMenu';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { IconButton } from '@/components/ui/IconButton';
import { MenuItem } from '@/components/ui/Menu';
import type { Listening } from '@/lib/api/schema';
import { byline } from '@/lib/format/byline';
import { useFormat } from '@/lib/format/useFormat';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';
import { trackOf } from './heardTrack';

interface HistoryRowProps {
  listening: Listening;
  onRemove: () => void;
}

const rowClass = 'group flex h-16 items-center gap-3 border-b border-line transition-colors duration-150 hover:bg-sunk/60 sm:gap-4';

export function HistoryRow({ listening, onRemove }: HistoryRowProps) {
  const { t } = useTranslation();
  const { ago, moment } = useFormat();
  const track = trackOf(listening);
  const isCurrent = usePlayer((s) => track !== null && s.current?.id === track.id);
  const when = (
    <time dateTime={listening.played_at} title={moment(listening.played_at)} className="min-w-16 shrink-0 text-end text-xs text-muted">
      {ago(listening.played_at)}
    </time>
  );
  if (!track) {
    return (
      <div className={rowClass}>
        <span className="grid size-11 shrink-0 place-items-center rounded-sm bg-sunk text-muted">
          <CircleOff size={18} aria-hidden />
        </span>
        <p className="min-w-0 flex-1 text-sm text-muted">{t('history.unseen')}</p>
        {when}
        <IconButton size="sm" label={t('history.remove')} onClick={onRemove}>
          <ListX size={18} aria-hidden />
        </IconButton>
      </div>
    );
  }
  return (
    <article className={rowClass}>
      <div className="relative shrink-0">
        <Cover track={track} sizes="44px" className="size-11" />
        <PlayButton
          track={track}
          size="sm"
          look="veil"
          className={clsx('transition-opacity focus-visible:opacity-100', !isCurrent && 'pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100')}
        />
      </div>
      <div className="min-w-0 flex-1 md:flex-[4]">
        <h2 title={track.title} className={clsx('truncate text-base leading-tight', isCurrent && 'text-accent-text')}>
          <Link to={`/track/${track.id}`} dir="auto" className="hover:underline">
            {track.title}
          </Link>
        </h2>
        <p className="mt-0.5 truncate text-sm text-muted">
          <Link to={`/u/${encodeURIComponent(track.creator.username)}`} dir="auto" className="hover:text-ink hover:underline">
            {byline(track)}
          </Link>
        </p>
      </div>
      <TrackWaveform track={track} context={{ more: [] }} className="h-9 min-w-0 max-md:hidden md:flex-[5]" />
      {when}
      <div className="flex shrink-0 items-center gap-1 sm:gap-2">
        <span className="max-sm:hidden">
          <LikeButton track={track} />
        </span>
        <TrackMenu track={toPlayerTrack(track)} playable={isPlayable(track)}>
          <MenuItem danger onSelect={onRemove}>
            <ListX size={16} aria-hidden />
            {t('history.remove')}
          </MenuItem>
        </TrackMenu>
      </div>
    </article>
  );
}
