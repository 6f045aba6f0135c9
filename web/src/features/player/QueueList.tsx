/* The queue as a list one can play from, reorder and thin out. Only the rows in sight exist. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlayer } from '@/lib/player/store';
import { offerUndo } from '@/lib/player/undo';
import { QueueRow } from './QueueRow';
import { useReorder } from './useReorder';

const ROW = 56;

export function QueueList({ className = '' }: { className?: string }) {
  const { t } = useTranslation();
  const queue = usePlayer((s) => s.queue);
  const index = usePlayer((s) => s.index);
  const isPlaying = usePlayer((s) => s.isPlaying && !s.isBuffering);
  const { jump, moveInQueue, removeFromQueue, toggle } = usePlayer.getState();
  const scroller = useRef<HTMLDivElement>(null);
  const focusNext = useRef<string | null>(null);
  const [spoken, setSpoken] = useState('');

  const rows = useVirtualizer({
    count: queue.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (i) => queue[i]?.key ?? i,
    overscan: 6,
    initialOffset: Math.max(0, index - 1) * ROW,
  });

  const onMove = useCallback(
    (from: number, to: number) => {
      const title = usePlayer.getState().queue[from]?.title ?? '';
      moveInQueue(from, to);
      setSpoken(t('player.queue.moved', { title, place: to + 1, total: usePlayer.getState().queue.length }));
    },
    [moveInQueue, t],
  );
  const { begin, offsetOf, dragged } = useReorder({ count: queue.length, rowHeight: ROW, scroller, onMove });

  useEffect(() => {
    const key = focusNext.current;
    focusNext.current = null;
    if (key) scroller.current?.querySelector<HTMLElement>(`[data-handle="${CSS.escape(key)}"]`)?.focus();
  }, [queue]);

  const onHandleKey = (event: KeyboardEvent, at: number, key: string) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const to = at + step;
    if (to < 0 || to >= queue.length) return;
    focusNext.current = key;
    onMove(at, to);
    rows.scrollToIndex(to);
  };

  return (
    <div ref={scroller} className={`overflow-y-auto overscroll-contain ${className}`}>
      <p role="status" className="sr-only">
        {spoken}
      </p>
      <ul className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const entry = queue[item.index];
          if (!entry) return null;
          const at = item.index;
          return (
            <li
              key={item.key}
              aria-posinset={at + 1}
              aria-setsize={queue.length}
              className={`absolute inset-x-0 top-0 ${dragged === at ? 'z-10' : dragged >= 0 ? 'transition-transform duration-150' : ''}`}
              style={{ transform: `translateY(${item.start + offsetOf(at)}px)` }}
            >
              <QueueRow
                entry={entry}
                place={at < index ? 'played' : at === index ? 'current' : 'coming'}
                isPlaying={isPlaying}
                isDragged={dragged === at}
                onPlay={() => (at === index ? toggle() : jump(at))}
                onRemove={() => {
                  offerUndo(t('player.queue.removed', { title: entry.title }));
                  removeFromQueue(entry.key);
                }}
                onDragStart={(event) => begin(event, at)}
                onHandleKey={(event) => onHandleKey(event, at, entry.key)}
              />
            </li>
          );
        })}
      </ul>
      {index === queue.length - 1 && (
        <div className="px-2 py-6 text-sm text-muted">
          <p className="text-ink">{t('player.queue.empty')}</p>
          <p>{t('player.queue.empty_hint')}</p>
        </div>
      )}
    </div>
  );
}
