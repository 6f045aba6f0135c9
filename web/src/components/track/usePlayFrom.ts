import { useCallback } from 'react';
import type { Track } from '@/lib/api/types';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';

/** Plays a track as part of its list, or pauses it when it is the one that plays. */
export function usePlayFrom(track: Track, list: readonly Track[]) {
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  const isPlaying = usePlayer((s) => s.current?.id === track.id && s.isPlaying);
  const play = useCallback(() => {
    const player = usePlayer.getState();
    if (player.current?.id === track.id) {
      player.toggle();
      return;
    }
    const playable = list.filter(isPlayable);
    const index = playable.findIndex((t) => t.id === track.id);
    if (index >= 0) player.playTracks(playable.map(toPlayerTrack), index);
  }, [track.id, list]);
  return { isCurrent, isPlaying, play, canPlay: isPlayable(track) };
}
