/* All uploads of this page together. */

import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Progress } from '@/components/ui/Progress';
import { useFormat } from '@/lib/format/useFormat';
import { pauseUpload, resumeUpload } from './engine';
import { totalOf, type UploadItem } from './store';

export function UploadTotal({ items }: { items: readonly UploadItem[] }) {
  const { t } = useTranslation();
  const f = useFormat();
  const all = totalOf(items);
  if (all.open === 0 || all.files < 2) return null;
  const going = items.filter((item) => item.phase === 'sending' || item.phase === 'waiting');
  const paused = items.filter((item) => item.phase === 'paused');
  return (
    <section className="mt-6" aria-label={t('upload.total')}>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="num text-sm text-muted">
          {t('upload.total_files', { done: all.files - all.open, count: all.files })}
          {` · ${t('upload.sent', { sent: f.bytes(all.sent), total: f.bytes(all.total) })}`}
          {all.speed > 0 && ` · ${f.speed(all.speed)}`}
          {all.left !== null && ` · ${t('upload.left', { time: f.wait(all.left) })}`}
        </p>
        {going.length > 0 ? (
          <Button size="sm" tone="quiet" onClick={() => going.forEach(({ key }) => pauseUpload(key))}>
            {t('upload.pause_all')}
          </Button>
        ) : (
          <Button size="sm" onClick={() => paused.forEach(({ key }) => resumeUpload(key))}>
            {t('upload.resume_all')}
          </Button>
        )}
      </div>
      <Progress className="mt-2" value={all.total > 0 ? all.sent / all.total : 0} label={t('upload.total')} />
    </section>
  );
}
