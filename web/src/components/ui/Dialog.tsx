import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusReturn } from '@/lib/dom/useFocusReturn';
import { useHistoryEntry } from '@/lib/history/useHistoryEntry';
import { confirmDiscard } from '@/lib/unsaved/store';
import { IconButton } from './IconButton';
import { DialogUnsaved } from './Unsaved';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  children: ReactNode;
  wide?: boolean;
  /** False: there is no way out but what is inside. */
  closable?: boolean;
  /** False for a question about leaving: Back is what it asks about. */
  inHistory?: boolean;
}

/** A modal dialog: a sheet at the bottom on phones, centred elsewhere. Escape, the backdrop, the cross and Back close it; they ask first
 * where a form inside has unsaved work (Unsaved.tsx). */
export function Dialog({ open, onOpenChange, title, description, children, wide = false, closable = true, inHistory = true }: DialogProps) {
  const { t } = useTranslation();
  const focus = useFocusReturn();
  const [unsaved] = useState(() => new Set<object>());
  const mayClose = async () => unsaved.size === 0 || confirmDiscard();
  const change = async (next: boolean) => {
    if (next || !closable || (await mayClose())) onOpenChange(next);
  };
  useHistoryEntry(open && inHistory, async () => {
    if (!closable || !(await mayClose())) return false;
    onOpenChange(false);
    return true;
  });
  return (
    <Radix.Root open={open} onOpenChange={(next) => void change(next)}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 grid grid-cols-[minmax(0,1fr)] items-end overflow-y-auto bg-scrim animate-fade sm:place-items-center sm:p-6">
          <Radix.Content
            {...(description ? {} : { 'aria-describedby': undefined })}
            onCloseAutoFocus={focus.giveBack}
            onOpenAutoFocus={(event) => {
              focus.remember();
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
                <Radix.Title dir="auto" className="line-clamp-3 text-lg break-words">{title}</Radix.Title>
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
            <DialogUnsaved value={unsaved}>{children}</DialogUnsaved>
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}
