/* Tracks that somebody else chooses, one at a time, in the middle of the person's own queue, which is as it was once they are over. */

import type { PlayerTrack } from './contract';
import { clock } from './clock';
import { remove } from './queue';
import { usePlayer } from './store';

export interface Aside {
  /** Of the entry that plays now instead of the person's own. */
  key: string;
  /** What the person listened to before, and where. */
  own: { key: string; position: number } | null;
}

/** Plays `track` in place of what `before` is about, if anything. Nothing follows it by itself (`stopsAfter`). */
export function playAside(track: PlayerTrack, before: Aside | null): Aside {
  const player = usePlayer.getState();
  const own = before ? before.own : player.current && { key: player.current.key, position: clock.position };
  player.playNow(track, []);
  const key = usePlayer.getState().current?.key ?? '';
  usePlayer.setState({ stopsAfter: key });
  if (before) player.removeFromQueue(before.key);
  return { key, own };
}

/** Takes it out of the queue. Where it is still what plays, the player goes back to where the person was, and waits there. */
export function endAside({ key, own }: Aside): void {
  const player = usePlayer.getState();
  const rest = remove(player, key);
  const index = rest.queue.findIndex((entry) => entry.key === own?.key);
  usePlayer.setState({ stopsAfter: null });
  if (player.current?.key !== key || !own || index < 0) {
    if (player.current?.key === key) player.pause();
    player.removeFromQueue(key);
    return;
  }
  player.pause();
  player.restoreQueue({ ...rest, index }, own.key);
  player.seek(own.position);
}
