import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Progress } from '@/components/ui/Progress';
import { holding, invalidateTracks } from '@/lib/api/tracks/cache';
import { useProgress } from '@/lib/api/tracks/progress';

/** How far the server has come with a track; reloads what shows it when it can be played, and when it is done. */
export function ProcessingLine({ id, title }: { id: string; title: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useProgress(id);
  const over = data?.status === 'completed' || data?.status === 'failed';
  const playable = data?.stream_status === 'ready';
  useEffect(() => {
    if (!over && !playable) return;
    void invalidateTracks(client);
    void client.invalidateQueries(holding(id));
  }, [over, playable, client, id]);
  return (
    <div className="flex items-center gap-3">
      <Progress value={data?.progress ?? null} label={t('track.processing_of', { title })} className="flex-1" />
      <span className="num w-28 shrink-0 text-xs text-muted">
        {t(`track.stage.${data?.stage ?? 'queued'}`)} {data ? `${Math.round(data.progress * 100)}%` : ''}
      </span>
    </div>
  );
}
