/* The queue beside the page. The page stays usable; Escape closes the panel and gives the focus back. */

import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { useHistoryEntry } from '@/lib/history/useHistoryEntry';
import { usePlayer } from '@/lib/player/store';
import { QueueHeader } from './QueueHeader';
import { QueueList } from './QueueList';

export function QueuePanel() {
  const { t } = useTranslation();
  const panel = useRef<HTMLElement>(null);
  const close = () => usePlayer.getState().setPanel('none');
  useHistoryEntry(true, close);

  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-labelledby="queue-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
      className="fixed end-0 top-(--header-h) bottom-[calc(var(--player-h)+var(--tabs-h))] z-30 flex w-full flex-col border-line bg-raised outline-none animate-rise sm:w-96 sm:border-s"
    >
      <header className="flex h-16 shrink-0 items-center gap-3 ps-5 pe-3">
        <QueueHeader id="queue-title" />
        <IconButton label={t('player.queue.close')} onClick={close}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      <QueueList className="min-h-0 flex-1 px-2 pb-4" />
    </aside>
  );
}
