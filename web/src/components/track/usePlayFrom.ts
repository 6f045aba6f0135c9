import type { Track } from '@/lib/api/types';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { playList, playNow } from '@/lib/player/play';
import { usePlayer } from '@/lib/player/store';

/** Where playing a track leads: on through the list that it stands in, or, on a page of its own, on through the queue or else `more`. */
export type PlayContext = { list: readonly Track[] } | { more: readonly Track[] };

/** Starts a track where it is not the one that is loaded. */
export function startTrack(track: Track, context: PlayContext): void {
  if ('more' in context) {
    if (isPlayable(track)) playNow(toPlayerTrack(track), context.more.filter(isPlayable).map(toPlayerTrack));
    return;
  }
  const playable = context.list.filter(isPlayable);
  const index = playable.findIndex((t) => t.id === track.id);
  if (index >= 0) playList(playable.map(toPlayerTrack), index);
}

/** Plays a track, or pauses it when it is the one that plays. */
export function usePlayFrom(track: Track, context: PlayContext) {
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  const isPlaying = usePlayer((s) => s.current?.id === track.id && s.isPlaying);
  const play = () => {
    if (isCurrent) usePlayer.getState().toggle();
    else startTrack(track, context);
  };
  return { isCurrent, isPlaying, play, canPlay: isPlayable(track) };
}
