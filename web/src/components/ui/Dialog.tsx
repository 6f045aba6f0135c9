import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useHistoryEntry } from '@/lib/history/useHistoryEntry';
import { IconButton } from './IconButton';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  children: ReactNode;
  wide?: boolean;
  /** False: there is no way out but what is inside. */
  closable?: boolean;
}

/** A modal dialog: a sheet at the bottom on phones, centred elsewhere. Back closes it. */
export function Dialog({ open, onOpenChange, title, description, children, wide = false, closable = true }: DialogProps) {
  const { t } = useTranslation();
  useHistoryEntry(open, () => {
    if (!closable) return false;
    onOpenChange(false);
    return true;
  });
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 grid items-end overflow-y-auto bg-scrim animate-fade sm:place-items-center sm:p-6">
          <Radix.Content
            {...(description ? {} : { 'aria-describedby': undefined })}
            onOpenAutoFocus={(event) => {
              /* a form starts at its first field, not at the way out */
              const field = (event.currentTarget as HTMLElement).querySelector<HTMLElement>('input, textarea, select');
              if (!field) return;
              event.preventDefault();
              field.focus();
            }}
            className={`w-full rounded-t-card bg-raised p-5 text-ink shadow-float animate-rise sm:rounded-card sm:p-6 ${wide ? 'sm:max-w-2xl' : 'sm:max-w-md'}`}
          >
            <div className="mb-4 flex items-start gap-4">
              <div className="min-w-0 flex-1">
                <Radix.Title className="text-lg">{title}</Radix.Title>
                {description && <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>}
              </div>
              {closable && (
                <Radix.Close asChild>
                  <IconButton label={t('common.close')} size="sm" className="-me-1 -mt-1">
                    <X size={18} aria-hidden />
                  </IconButton>
                </Radix.Close>
              )}
            </div>
            {children}
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}
