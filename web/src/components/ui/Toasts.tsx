import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { Toast } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { useToasts } from '@/lib/toast/store';
import { IconButton } from './IconButton';

export function Toasts() {
  const { t } = useTranslation();
  const { toasts, close } = useToasts();
  return (
    <Toast.Provider label={t('common.notification')} swipeDirection="right">
      {toasts.map((toast) => (
        <Toast.Root
          key={toast.id}
          duration={toast.duration}
          onOpenChange={(open) => {
            if (!open) close(toast.id);
          }}
          className={clsx(
            'flex items-center gap-3 rounded-card bg-raised py-2 ps-4 pe-2 text-sm text-ink shadow-float animate-rise',
            toast.tone === 'danger' && 'text-danger',
          )}
        >
          <Toast.Description dir="auto" className="flex-1 py-1 break-words">{toast.text}</Toast.Description>
          {toast.action && (
            <Toast.Action altText={toast.action.label} asChild>
              <button
                type="button"
                className="rounded-sm px-2 py-1 font-semibold text-accent-text hover:underline"
                onClick={(event) => {
                  event.preventDefault();
                  close(toast.id, true);
                }}
              >
                {toast.action.label}
              </button>
            </Toast.Action>
          )}
          <Toast.Close asChild>
            <IconButton label={t('common.close')} size="sm">
              <X size={16} aria-hidden />
            </IconButton>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport label={`${t('frame.notifications')} ({hotkey})`} className="fixed end-4 bottom-[calc(var(--player-h)+var(--tabs-h)+16px)] z-60 flex w-[min(400px,calc(100vw-32px))] flex-col gap-2 outline-none" />
    </Toast.Provider>
  );
}
