import { Check, CircleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/ui/Button';
import { IconButton } from '@/components/ui/IconButton';
import { Progress } from '@/components/ui/Progress';
import { mayTryAgain, problemText } from '@/lib/api/problemText';
import { ApiProblem } from '@/lib/api/problem';
import { useFormat } from '@/lib/format/useFormat';
import { cancelUpload, editUpload, forgetUpload, retryUpload } from './engine';
import { isActive, secondsLeft, type UploadItem } from './store';

function Detail({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  const f = useFormat();
  const left = secondsLeft(item);
  switch (item.phase) {
    case 'waiting':
      return <>{t('upload.waiting')}</>;
    case 'sending':
      return (
        <span className="num">
          {t('upload.sent', { sent: f.bytes(item.sent), total: f.bytes(item.total) })}
          {item.speed > 0 && ` · ${f.speed(item.speed)}`}
          {left !== null && ` · ${t('upload.left', { time: f.wait(left) })}`}
        </span>
      );
    case 'processing':
      return (
        <span className="num">
          {t(`track.stage.${item.stage}`)} {Math.round(item.progress * 100)}%
        </span>
      );
    case 'done':
      return (
        <span className="inline-flex items-center gap-1.5 text-ok">
          <Check size={14} aria-hidden />
          {t('upload.done')}
        </span>
      );
    case 'failed':
      return (
        <span className="inline-flex items-center gap-1.5 text-danger">
          <CircleAlert size={14} aria-hidden className="shrink-0" />
          {typeof item.error === 'string' ? item.error : item.error instanceof ApiProblem ? problemText(item.error, t) : t('track.failed_text')}
        </span>
      );
    default:
      return <>{t('upload.cancelled')}</>;
  }
}

function Actions({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  if (item.phase === 'waiting' || item.phase === 'sending') {
    return (
      <Button size="sm" tone="quiet" onClick={() => cancelUpload(item.key)}>
        {t('common.cancel')}
      </Button>
    );
  }
  return (
    <>
      {item.trackId && item.phase !== 'failed' && (
        <Button size="sm" asChild>
          <Link to={`/track/${item.trackId}`}>{t('upload.open')}</Link>
        </Button>
      )}
      {(item.phase === 'cancelled' || item.phase === 'failed') && (
        <>
          <Button size="sm" tone="quiet" onClick={() => editUpload(item.key)}>
            {t('common.edit')}
          </Button>
          {!item.trackId && mayTryAgain(item.error) && (
            <Button size="sm" onClick={() => retryUpload(item.key)}>
              {t('common.retry')}
            </Button>
          )}
        </>
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
  const value = item.phase === 'processing' ? item.progress : item.total > 0 ? item.sent / item.total : 0;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p dir="auto" title={item.title} className="truncate text-base font-semibold">{item.title}</p>
        <p className="mt-0.5 text-sm text-muted" role={item.phase === 'failed' ? 'alert' : undefined}>
          <Detail item={item} />
        </p>
        {isActive(item) && <Progress className="mt-2" value={item.phase === 'waiting' ? 0 : value} label={t('upload.progress_of', { title: item.title })} />}
      </div>
      <div className="flex items-center gap-2">
        <Actions item={item} />
      </div>
    </div>
  );
}
