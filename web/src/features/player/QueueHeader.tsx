import { Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { IconButton } from '@/components/ui/IconButton';
import { useMe } from '@/lib/api/auth/me';
import { beginSession } from '@/lib/api/queue/sessionActs';
import { problemText } from '@/lib/api/problemText';
import { usePlayer } from '@/lib/player/store';
import { offerUndo } from '@/lib/player/undo';
import { toast } from '@/lib/toast/store';

/** Begins a queue that others fill too, and goes to its page. */
function Together() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  async function begin() {
    try {
      const { token } = await beginSession();
      usePlayer.getState().setPanel('none');
      await navigate(`/listen/${token}`);
    } catch (error) {
      toast(problemText(error, t), 'danger');
    }
  }
  return (
    <IconButton label={t('player.queue.together')} onClick={() => void begin()}>
      <Users size={18} aria-hidden />
    </IconButton>
  );
}

export function QueueHeader({ id }: { id?: string }) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const count = usePlayer((s) => s.queue.length);
  return (
    <>
      <h2 id={id} className="text-lg">
        {t('player.queue.label')}
      </h2>
      <span className="num text-xs text-muted">{t('player.queue.count', { count })}</span>
      <span className="ms-auto flex items-center">
        {me && <Together />}
        {count > 1 && (
          <button
            type="button"
            onClick={() => {
              offerUndo(t('player.queue.cleared'));
              usePlayer.getState().clearQueue();
            }}
            className="h-9 rounded-card px-3 text-sm text-muted transition-colors duration-150 hover:bg-sunk hover:text-ink"
          >
            {t('player.queue.clear')}
          </button>
        )}
      </span>
    </>
  );
}
