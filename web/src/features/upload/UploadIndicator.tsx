/* The uploads in a few words, in the frame: shown while something is under way or needs a look. */

import { CircleAlert, Upload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Progress } from '@/components/ui/Progress';
import { isActive, overall, stateOf, useUploads } from './store';

interface UploadIndicatorProps {
  /** Only a sign and a number, for narrow screens. */
  compact?: boolean;
}

export function UploadIndicator({ compact = false }: UploadIndicatorProps) {
  const { t } = useTranslation();
  const items = useUploads((s) => s.items);
  const active = items.filter(isActive);
  const failed = items.filter((item) => stateOf(item) === 'failed').length;
  if (active.length === 0 && failed === 0) return null;
  const value = active.length > 0 ? active.reduce((sum, item) => sum + overall(item), 0) / active.length : 1;
  const text = active.length > 0 ? t('frame.upload', { count: active.length }) : t('frame.upload_failed', { count: failed });
  if (compact) {
    return (
      <Link to="/upload" aria-label={text} className="num inline-flex h-9 items-center gap-1.5 rounded-full border border-line px-3 text-xs">
        {failed > 0 ? <CircleAlert size={14} aria-hidden className="text-danger" /> : <Upload size={14} aria-hidden className="text-accent-text" />}
        {active.length > 0 && `${Math.round(value * 100)}%`}
      </Link>
    );
  }
  return (
    <Link to="/upload" className="block rounded-card border border-line bg-paper p-3 hover:border-line-strong">
      <span className="flex justify-between gap-3 text-sm">
        <span className={failed > 0 ? 'text-danger' : ''}>
          {text}
        </span>
        {active.length > 0 && <span className="num text-muted">{Math.round(value * 100)}%</span>}
      </span>
      {active.length > 0 && <Progress className="mt-2" value={value} label={text} />}
    </Link>
  );
}
