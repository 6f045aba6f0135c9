/* Taking back what was done to the queue. */

import i18next from 'i18next';
import { useToasts } from '@/lib/toast/store';
import { clock } from './clock';
import { usePlayer } from './store';

/** Says `text` and offers to bring back the queue as it is right now, and what it plays, where it is. Call it before the change. */
export function offerUndo(text: string): void {
  const { queue, order, index, shuffle, repeat, current, isPlaying } = usePlayer.getState();
  const { position } = clock;
  useToasts.getState().show({
    text,
    action: {
      label: i18next.t('common.undo'),
      run: () => {
        const player = usePlayer.getState();
        const goesBack = current !== null && !queue.some(({ key }) => key === player.current?.key);
        if (goesBack && !isPlaying) player.pause(); // first, or what comes back would be heard for a moment
        player.restoreQueue({ queue, order, index, shuffle, repeat }, current?.key ?? null);
        if (goesBack && usePlayer.getState().current?.key === current.key) player.seek(position);
      },
    },
  });
}
