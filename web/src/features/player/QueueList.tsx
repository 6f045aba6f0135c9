/* The queue as a list one can play from, reorder and thin out. */

import { useTranslation } from 'react-i18next';
import { ReorderBox } from '@/components/ui/ReorderList';
import { usePlayer } from '@/lib/player/store';
import type { QueueEntry } from '@/lib/player/queue';
import { offerUndo } from '@/lib/player/undo';
import { QueueRow } from './QueueRow';

const ROW = 56;
const keyOf = (entry: QueueEntry) => entry.key;

export function QueueList({ className = '' }: { className?: string }) {
  const { t } = useTranslation();
  const queue = usePlayer((s) => s.queue);
  const index = usePlayer((s) => s.index);
  const isPlaying = usePlayer((s) => s.isPlaying && !s.isBuffering);
  const { jump, moveInQueue, removeFromQueue, toggle } = usePlayer.getState();
  return (
    <ReorderBox
      items={queue}
      keyOf={keyOf}
      rowHeight={ROW}
      first={index - 1}
      onMove={moveInQueue}
      movedText={({ title }, place) => t('player.queue.moved', { title, place, total: queue.length })}
      className={className}
      after={
        index === queue.length - 1 && (
          <div className="px-2 py-6 text-sm text-muted">
            <p className="text-ink">{t('player.queue.empty')}</p>
            <p>{t('player.queue.empty_hint')}</p>
          </div>
        )
      }
    >
      {(entry, { index: at, isDragged, handle }) => (
        <QueueRow
          entry={entry}
          place={at < index ? 'played' : at === index ? 'current' : 'coming'}
          isPlaying={isPlaying}
          isDragged={isDragged}
          handle={handle}
          onPlay={() => (at === index ? toggle() : jump(at))}
          onRemove={() => {
            offerUndo(t('player.queue.removed', { title: entry.title }));
            removeFromQueue(entry.key);
          }}
        />
      )}
    </ReorderBox>
  );
}
