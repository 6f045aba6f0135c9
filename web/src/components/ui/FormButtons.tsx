import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';

interface FormButtonsProps {
  busy: boolean;
  onCancel: () => void;
  /** What the button that sends the form says. */
  children: ReactNode;
}

/** The end of a form in a dialog. */
export function FormButtons({ busy, onCancel, children }: FormButtonsProps) {
  const { t } = useTranslation();
  return (
    <div className="flex justify-end gap-2">
      <Button tone="quiet" onClick={onCancel}>
        {t('common.cancel')}
      </Button>
      <Button type="submit" tone="accent" busy={busy}>
        {children}
      </Button>
    </div>
  );
}
