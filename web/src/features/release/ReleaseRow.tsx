import { clsx } from 'clsx';
import { CalendarClock, Disc3, ListX, Settings2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ProcessingLine } from '@/components/track/ProcessingLine';
import { PlayButton } from '@/components/track/PlayButton';
import { rowClass, RowEnd, RowLength, RowTitle, rowWaveformClass } from '@/components/track/TrackRow';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { DragHandle, type HandleProps } from '@/components/ui/DragHandle';
import { MenuItem } from '@/components/ui/Menu';
import { failureText } from '@/lib/api/tracks/outcome';
import type { ReleaseTrack } from '@/lib/api/schema';
import { byline } from '@/lib/format/byline';
import type { ListedTrack } from '@/lib/player/listed';
import { usePlayer } from '@/lib/player/store';

interface ReleaseRowProps {
  item: ReleaseTrack;
  /** Null: not out yet, or not for the reader. */
  track: ListedTrack | null;
  /** "3", or "2.3" where there are several discs. */
  place: string;
  /** All that can be played from here. */
  list: readonly ListedTrack[];
  isDragged: boolean;
  /** Undefined for those who may not change the release. */
  handle: HandleProps | undefined;
  /** Other discs that it can be put on. */
  discs: readonly number[];
  onDisc: (disc: number) => void;
  onSettings: () => void;
  onRemove: () => void;
}

export function ReleaseRow({ item, track, place, list, isDragged, handle, discs, onDisc, onSettings, onRemove }: ReleaseRowProps) {
  const { t } = useTranslation();
  const isCurrent = usePlayer((s) => track !== null && s.current?.id === track.id);
  if (!track) {
    return (
      <div className={rowClass}>
        <span className="num w-10 shrink-0 text-center text-sm text-muted">{place}</span>
        <p className="flex min-w-0 flex-1 items-center gap-2 text-sm text-muted">
          <CalendarClock size={16} aria-hidden className="shrink-0" />
          {t('releases.closed')}
        </p>
      </div>
    );
  }
  const isProcessed = item.status === 'uploading' || item.status === 'processing';
  return (
    <article className={clsx(rowClass, isDragged ? 'bg-raised shadow-float' : 'hover:bg-sunk/60')}>
      {handle && <DragHandle label={t('releases.move', { title: track.title })} {...handle} />}
      <div className="relative grid size-10 shrink-0 place-items-center">
        <span className={clsx('num text-sm text-muted', isCurrent ? 'invisible' : 'pointer-fine:group-focus-within:invisible pointer-fine:group-hover:invisible')}>{place}</span>
        <PlayButton
          track={track}
          list={list}
          size="sm"
          look="veil"
          className={clsx('rounded-sm transition-opacity focus-visible:opacity-100', !isCurrent && 'opacity-0 group-hover:opacity-100')}
        />
      </div>
      <RowTitle track={track}>
        <bdi>{byline(track)}</bdi>
        {handle && isProcessed && <span> · {t('track.status.processing')}</span>}
        {handle && item.status === 'failed' && (
          <span className="text-danger" title={failureText(item, t)}>
            {' · '}
            {t('track.status.failed')}: {failureText(item, t)}
          </span>
        )}
        {handle && item.visibility && item.visibility !== 'public' && <span> · {t(`track.status.${item.visibility}`)}</span>}
        {handle && item.access && item.access !== 'own' && <span> · {t(`releases.access_short.${item.access}`)}</span>}
      </RowTitle>
      {isProcessed ? (
        <div className={`content-center ${rowWaveformClass}`}>
          <ProcessingLine id={track.id} title={track.title} />
        </div>
      ) : (
        <div className={rowWaveformClass}>{item.status !== 'failed' && <TrackWaveform track={track} context={{ list }} className="h-full" />}</div>
      )}
      <RowEnd track={track} before={<RowLength track={track} />}>
        {handle && (
          <>
            <MenuItem onSelect={onSettings}>
              <Settings2 size={16} aria-hidden />
              {t('releases.in_release')}
            </MenuItem>
            {discs.map((disc) => (
              <MenuItem key={disc} onSelect={() => onDisc(disc)}>
                <Disc3 size={16} aria-hidden />
                {t('releases.to_disc', { disc })}
              </MenuItem>
            ))}
            <MenuItem danger onSelect={onRemove}>
              <ListX size={16} aria-hidden />
              {t('releases.remove')}
            </MenuItem>
          </>
        )}
      </RowEnd>
    </article>
  );
}
