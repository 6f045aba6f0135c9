/* Plays the page's track before the app is drawn. */

import type { Track } from '@/lib/api/schema';
import type { Shell } from '@/lib/dom/shell';
import { toPlayerTrack } from '@/lib/player/contract';
import { usePlayer, warmUp } from '@/lib/player/store';

/** The app waits no longer than this for the first sound. */
const PATIENCE_MS = 10_000;

/** Resolves when there is sound, or when the player is ready and nobody has pressed play. */
export async function soundFirst(shell: Shell, track: Track): Promise<void> {
  await (await warmUp()).ready;
  const press = () => {
    const player = usePlayer.getState();
    if (player.current?.id === track.id) player.toggle();
    else player.playNow(toPlayerTrack(track), []); /* what was queued in an earlier visit goes on after it */
  };
  shell.onPress = press;
  usePlayer.subscribe(({ isPlaying, isBuffering }) => shell.show(isPlaying ? (isBuffering ? 'waiting' : 'playing') : undefined));
  if (!shell.pressed) return;
  press();
  await new Promise<void>((resolve) => {
    usePlayer.subscribe(({ isPlaying, isBuffering }) => (isPlaying && isBuffering) || resolve());
    setTimeout(resolve, PATIENCE_MS);
  });
}
