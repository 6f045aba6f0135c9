import { isPlayable, toPlayerTrack, type Playable } from '@/lib/player/contract';
import { playList, playNow } from '@/lib/player/play';
import { usePlayer } from '@/lib/player/store';

/** Where playing a track leads: on through the list that it stands in, or, on a page of its own, on through the queue or else `more`. */
export type PlayContext = { list: readonly Playable[] } | { more: readonly Playable[] };

/** Starts a track where it is not the one that is loaded. */
export function startTrack(track: Playable, context: PlayContext): void {
  if ('more' in context) {
    if (isPlayable(track)) playNow(toPlayerTrack(track), context.more.filter(isPlayable).map(toPlayerTrack));
    return;
  }
  const playable = context.list.filter(isPlayable);
  const itself = playable.indexOf(track); /* a playlist may have it several times */
  const index = itself >= 0 ? itself : playable.findIndex((t) => t.id === track.id);
  if (index >= 0) playList(playable.map(toPlayerTrack), index);
}

/** Plays the track from a second on. False where it cannot be played. Where it is the one that is paused, `stayPaused` (a step with the keyboard) only
 * moves the place. */
export function seekTrack(track: Playable, context: PlayContext, seconds: number, stayPaused = false): boolean {
  if (usePlayer.getState().current?.id !== track.id) {
    if (!isPlayable(track)) return false;
    startTrack(track, context);
  }
  const player = usePlayer.getState();
  player.seek(seconds);
  if (!player.isPlaying && !stayPaused) player.toggle();
  return true;
}

/** Plays a track, or pauses it when it is the one that plays. */
export function usePlayFrom(track: Playable, context: PlayContext) {
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  const isPlaying = usePlayer((s) => s.current?.id === track.id && s.isPlaying);
  const play = () => {
    if (isCurrent) usePlayer.getState().toggle();
    else startTrack(track, context);
  };
  return { isCurrent, isPlaying, play, canPlay: isPlayable(track) };
}
