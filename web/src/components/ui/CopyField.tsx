import { clsx } from 'clsx';
import { Check, Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCopy } from '@/lib/dom/useCopy';
import { IconButton } from './IconButton';

interface CopyFieldProps {
  /** What it is, for those who cannot see it. */
  label: string;
  value: string;
  /** As it is shown, when that is easier to read than the value. */
  shown?: string;
}

/** A text to take away: in one piece, to be read aloud or copied. */
export function CopyField({ label, value, shown = value }: CopyFieldProps) {
  const { t } = useTranslation();
  const { copied, copy } = useCopy();
  return (
    <div role="group" aria-label={label} className="flex items-start gap-2 rounded-card bg-sunk py-2 ps-4 pe-2">
      <code className={clsx('num min-w-0 flex-1 py-1.5 select-all', shown === value ? 'break-all' : 'break-words')}>{shown}</code>
      <IconButton size="sm" label={t('common.copy_of', { what: label })} onClick={() => void copy(value)}>
        {copied === value ? <Check size={16} aria-hidden className="text-ok" /> : <Copy size={16} aria-hidden />}
      </IconButton>
    </div>
  );
}
