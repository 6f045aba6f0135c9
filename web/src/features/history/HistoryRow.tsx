import { CircleOff, ListX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { RowByline, rowClass, RowCover, RowEnd, RowTitle, rowWaveformClass } from '@/components/track/TrackRow';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { IconButton } from '@/components/ui/IconButton';
import { MenuItem } from '@/components/ui/Menu';
import type { Listening } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { trackOf } from '@/lib/player/listed';

interface HistoryRowProps {
  listening: Listening;
  onRemove: () => void;
}

const ownClass = `${rowClass} hover:bg-sunk/60`;

export function HistoryRow({ listening, onRemove }: HistoryRowProps) {
  const { t } = useTranslation();
  const { ago, moment } = useFormat();
  const track = trackOf(listening);
  const when = (
    <time dateTime={listening.played_at} title={moment(listening.played_at)} className="min-w-16 shrink-0 text-end text-xs text-muted">
      {ago(listening.played_at)}
    </time>
  );
  if (!track) {
    return (
      <div className={ownClass}>
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
    <article className={ownClass}>
      <RowCover track={track} />
      <RowTitle track={track} heading="h2">
        <RowByline track={track} />
      </RowTitle>
      <TrackWaveform track={track} context={{ more: [] }} className={rowWaveformClass} />
      {when}
      <RowEnd track={track}>
        <MenuItem danger onSelect={onRemove}>
          <ListX size={16} aria-hidden />
          {t('history.remove')}
        </MenuItem>
      </RowEnd>
    </article>
  );
}
