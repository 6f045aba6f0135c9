/* Starting to play something. Whatever else was to come is never lost without a way back. */

import i18next from 'i18next';
import type { PlayerTrack } from './contract';
import { usePlayer } from './store';
import { offerUndo } from './undo';

const upcoming = () => {
  const { queue, index } = usePlayer.getState();
  return queue.slice(index + 1);
};

/** Plays a list from `index` on, in place of the queue; offers undo where that drops what was to come. */
export function playList(tracks: readonly PlayerTrack[], index: number): void {
  const kept = new Set(tracks.map((track) => track.id));
  if (upcoming().some((entry) => !kept.has(entry.id))) offerUndo(i18next.t('player.queue.replaced'));
  usePlayer.getState().playTracks(tracks, index);
}

/** Puts a track right after the one that plays. */
export function queueNext(track: PlayerTrack): void {
  offerUndo(i18next.t('track.plays_next', { title: track.title }));
  usePlayer.getState().playNext(track);
}

/** Puts a track at the end of the queue. */
export function queueLast(track: PlayerTrack): void {
  offerUndo(i18next.t('track.queued', { title: track.title }));
  usePlayer.getState().addToQueue(track);
}

/** Plays one track right now. What was queued goes on after it; where nothing was, `more` follows. */
export function playNow(track: PlayerTrack, more: readonly PlayerTrack[] = []): void {
  const player = usePlayer.getState();
  const coming = upcoming().length > 0;
  if (player.current) offerUndo(i18next.t(coming ? 'player.queue.goes_on' : 'player.queue.playing', { title: track.title }));
  player.playNow(track, coming ? [] : more);
}
