/* The queue was changed here and on another device: the person chooses. */

import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { useQueueConflict, type Conflict } from '@/lib/player/sync/conflict';

export function QueueConflictDialog({ asked: { count, title } }: { asked: Conflict }) {
  const { t } = useTranslation();
  const { answer } = useQueueConflict.getState();
  return (
    <Dialog open onOpenChange={(open) => !open && answer('later')} title={t('queue.changed')} description={t('queue.which')}>
      <p className="mb-5 text-sm" dir="auto">
        {t('queue.there', { count })} {title && t('queue.playing', { title })}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button tone="quiet" onClick={() => answer('theirs')}>
          {t('queue.take')}
        </Button>
        <Button onClick={() => answer('mine')}>{t('queue.keep')}</Button>
      </div>
    </Dialog>
  );
}
