import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Progress } from '@/components/ui/Progress';
import { PICTURE_TYPES, type Sending } from './usePictureUpload';

interface PictureToolsProps {
  sending: Sending | null;
  label: string;
  hint: string;
  onFile: (file: File) => void;
  /** Undefined while there is nothing to take away. */
  onRemove: (() => void) | undefined;
  removing: boolean;
}

/** What one does to a picture of one's own: choose another, cancel while it is on its way, take it away. */
export function PictureTools({ sending, label, hint, onFile, onRemove, removing }: PictureToolsProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="min-w-0 flex-1 space-y-2">
      {sending ? (
        <>
          <Progress value={sending.sent} label={t('settings.avatar.sending')} className="max-w-60" />
          <Button size="sm" tone="quiet" onClick={sending.abort}>
            {t('common.cancel')}
          </Button>
        </>
      ) : (
        <div className="flex flex-wrap gap-2">
          <label
            htmlFor={id}
            className="relative inline-flex h-8 items-center rounded-card border border-line-strong px-3 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent-text hover:border-ink"
          >
            {label}
            <input
              id={id}
              type="file"
              accept={PICTURE_TYPES.join(',')}
              className="absolute inset-0 w-full cursor-pointer opacity-0"
              onChange={(event) => {
                const file = event.target.files?.[0];
                event.target.value = '';
                if (file) onFile(file);
              }}
            />
          </label>
          {onRemove && (
            <Button size="sm" tone="quiet" busy={removing} onClick={onRemove}>
              {t('settings.avatar.remove')}
            </Button>
          )}
        </div>
      )}
      <p className="text-xs text-muted">{hint}</p>
    </div>
  );
}
