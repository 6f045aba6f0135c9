/* How far an upload is, in a line. */

import { Check, CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { problemText } from '@/lib/api/problemText';
import { failureText } from '@/lib/api/tracks/outcome';
import type { TrackStatus } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { secondsLeft, stateOf, type UploadItem } from './store';

export function UploadDetail({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  const f = useFormat();
  const left = secondsLeft(item);
  switch (stateOf(item)) {
    case 'waiting':
      return <>{t('upload.waiting')}</>;
    case 'paused':
      return (
        <span className="num">
          {t('upload.paused')} · {t('upload.sent', { sent: f.bytes(item.sent), total: f.bytes(item.total) })}
        </span>
      );
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
    case 'saving':
      return <>{t('upload.saving')}</>;
    case 'done':
      return (
        <span className="inline-flex items-center gap-1.5 text-ok">
          <Check size={14} aria-hidden />
          {t(item.saving === 'saved' ? 'upload.done' : 'upload.prepared')}
        </span>
      );
    case 'failed':
      return (
        <span className="inline-flex items-center gap-1.5 text-danger">
          <CircleAlert size={14} aria-hidden className="shrink-0" />
          {item.error instanceof Error ? problemText(item.error, t) : failureText(item.error as TrackStatus, t)}
        </span>
      );
    default:
      return <>{t('upload.cancelled')}</>;
  }
}
