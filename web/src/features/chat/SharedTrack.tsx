import { RowByline, RowCover, RowTitle } from '@/components/track/TrackRow';
import { useTrack } from '@/lib/api/tracks/get';
import { clock } from '@/lib/format/format';

/** A track that somebody names: it can be played here. Nothing for those who may not see it. */
export function SharedTrack({ id }: { id: string }) {
  const { data: track } = useTrack(id);
  if (!track) return null;
  return (
    <div className="group mt-1 flex h-16 max-w-md items-center gap-3 rounded-card border border-line px-2">
      <RowCover track={track} />
      <RowTitle track={track}>
        <RowByline track={track} />
      </RowTitle>
      {track.duration_ms !== null && <span className="num shrink-0 text-sm text-muted">{clock(track.duration_ms)}</span>}
    </div>
  );
}
