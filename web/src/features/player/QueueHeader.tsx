import { useTranslation } from 'react-i18next';
import { usePlayer } from '@/lib/player/store';
import { offerUndo } from '@/lib/player/undo';

export function QueueHeader({ id }: { id?: string }) {
  const { t } = useTranslation();
  const count = usePlayer((s) => s.queue.length);
  return (
    <>
      <h2 id={id} className="text-lg">
        {t('player.queue.label')}
      </h2>
      <span className="num text-xs text-muted">{t('player.queue.count', { count })}</span>
      {count > 1 && (
        <button
          type="button"
          onClick={() => {
            offerUndo(t('player.queue.cleared'));
            usePlayer.getState().clearQueue();
          }}
          className="ms-auto h-9 rounded-card px-3 text-sm text-muted transition-colors duration-150 hover:bg-sunk hover:text-ink"
        >
          {t('player.queue.clear')}
        </button>
      )}
    </>
  );
}
