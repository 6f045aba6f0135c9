import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/ui/Button';
import { IconButton } from '@/components/ui/IconButton';
import { Progress } from '@/components/ui/Progress';
import { cancelUpload, editUpload, forgetUpload, mayRetry, pauseUpload, resumeUpload, retryUpload } from './engine';
import { isActive, overall, stateOf, type UploadItem } from './store';
import { UploadDetail } from './UploadDetail';

function Actions({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  if (item.phase === 'waiting' || item.phase === 'sending' || item.phase === 'paused') {
    return (
      <>
        {item.phase === 'paused' ? (
          <Button size="sm" onClick={() => resumeUpload(item.key)}>
            {t('upload.resume')}
          </Button>
        ) : (
          <Button size="sm" tone="quiet" onClick={() => pauseUpload(item.key)}>
            {t('upload.pause')}
          </Button>
        )}
        <Button size="sm" tone="quiet" onClick={() => cancelUpload(item.key)}>
          {t('common.cancel')}
        </Button>
      </>
    );
  }
  return (
    <>
      {item.trackId && (
        <Button size="sm" asChild>
          <Link to={`/track/${item.trackId}`}>{t('upload.open')}</Link>
        </Button>
      )}
      {(item.saving === 'failed' || item.phase === 'cancelled') && (
        <Button size="sm" tone="quiet" onClick={() => editUpload(item.key)}>
          {t('common.edit')}
        </Button>
      )}
      {mayRetry(item) && (
        <Button size="sm" onClick={() => retryUpload(item.key)}>
          {t('common.retry')}
        </Button>
      )}
      {!isActive(item) && (
        <IconButton label={t('upload.forget', { title: item.title })} size="sm" onClick={() => forgetUpload(item.key)}>
          <X size={16} aria-hidden />
        </IconButton>
      )}
    </>
  );
}

export function UploadRow({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p title={item.title} className="truncate text-base font-semibold">
          <bdi>{item.title}</bdi>
        </p>
        <p className="mt-0.5 text-sm text-muted" role={stateOf(item) === 'failed' ? 'alert' : undefined}>
          <UploadDetail item={item} />
        </p>
        {(isActive(item) || item.phase === 'paused') && <Progress className="mt-2" value={overall(item)} label={t('upload.progress_of', { title: item.title })} />}
      </div>
      <div className="flex items-center gap-2">
        <Actions item={item} />
      </div>
    </div>
  );
}
