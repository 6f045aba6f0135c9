/* The player's state, as contract.ts promises it and a little more for the player's own interface.
 *
 * Small on purpose: the audio engine is another chunk, which the controller fetches; time lives in clock.ts. */

import { create } from 'zustand';
import type { LoudnessTarget } from '@/lib/audio/gain';
import type { Quality, Rendition } from '@/lib/audio/quality';
import { clock } from './clock';
import type { PlayerApi, PlayerTrack } from './contract';
import * as Q from './queue';
import { recall } from './persist';

export interface PlayerStore extends PlayerApi, Q.Queue {
  queue: readonly Q.QueueEntry[];
  current: Q.QueueEntry | null;
  volume: number;
  muted: boolean;
  quality: Quality;
  /** What is heard right now. */
  rendition: Rendition | null;
  loudness: LoudnessTarget;
  /** Which part of the player is open over the page. */
  panel: 'none' | 'now' | 'queue';
  /** At the end, where the person wants similar music to go on. */
  addSimilar(track: PlayerTrack): void;
  playNext(track: PlayerTrack): void;
  /** Plays it at once; the rest of the queue follows, then `more`. */
  playNow(track: PlayerTrack, more: readonly PlayerTrack[]): void;
  /** Jumps to an entry of the queue. */
  jump(index: number): void;
  removeFromQueue(key: string): void;
  moveInQueue(from: number, to: number): void;
  clearQueue(): void;
  /** Takes back a change of the queue, as long as `key` is still (or again) what plays. */
  restoreQueue(queue: Q.Queue, key: string | null): void;
  setVolume(volume: number): void;
  setMuted(muted: boolean): void;
  setQuality(quality: Quality): void;
  setLoudness(loudness: LoudnessTarget): void;
  setRepeat(repeat: Q.Repeat): void;
  setShuffle(shuffle: boolean): void;
  setPanel(panel: PlayerStore['panel']): void;
  pause(): void;
  /** The entry that playing went on to by itself, without anybody asking. */
  wentOnTo: string | null;
  /** Paused since another tab plays: what that one does is not ours to tell. */
  gaveWay: boolean;
  /** Key of the entry after which nothing follows by itself; null again when it is over. */
  stopsAfter: string | null;
  /** Takes on the queue of another device. What plays goes on where that is the same entry; where it is not in the queue any more, the current one is played
   * instead. Else nothing plays, and the next press on play begins at `position`. */
  takeQueue(queue: Q.Queue, volume: number, position: number): void;
}

type Controller = typeof import('./controller');

let loading: Promise<Controller> | null = null;

/** Fetches the engine; the bar calls it early, so that the first play does not wait. */
export function warmUp(): Promise<Controller> {
  loading ??= import('./controller');
  return loading;
}

const remembered = recall();

/** Where a queue from an earlier visit, or from another device, had stopped, in seconds. */
export let rememberedPosition = remembered.position;
const restored = remembered.queue[remembered.index];
if (restored) {
  clock.setSource({ position: remembered.position, duration: restored.duration_ms / 1000, bufferedEnd: 0 });
}

/** Above this many seconds, `previous` goes back to the start of the track. */
const RESTART_AFTER = 3;

export const usePlayer = create<PlayerStore>((set, get) => {
  const run = (work: (controller: Controller) => void) => void warmUp().then(work);

  /** Takes on a queue; loads its current track when that is another one. */
  function adopt(queue: Q.Queue, how: 'play' | 'keep'): void {
    const before = get().current?.key;
    const current = queue.queue[queue.index] ?? null;
    const { queue: entries, order, index, shuffle, repeat } = queue;
    const playing = how === 'play' || (get().isPlaying && current !== null);
    set({ queue: entries, order, index, shuffle, repeat, current });
    if (how === 'play' || current?.key !== before) {
      set({ isPlaying: playing, isBuffering: playing });
      run((c) => c.loadCurrent(playing));
    } else {
      run((c) => c.planNext());
    }
  }

  return {
    queue: remembered.queue,
    order: remembered.order,
    index: remembered.index,
    shuffle: remembered.shuffle,
    repeat: remembered.repeat,
    current: restored ?? null,
    isPlaying: false,
    isBuffering: false,
    volume: remembered.volume,
    muted: remembered.muted,
    quality: remembered.quality,
    loudness: remembered.loudness,
    rendition: null,
    panel: 'none',
    wentOnTo: null,
    gaveWay: false,
    stopsAfter: null,

    playTracks: (tracks, index) => adopt(Q.replace(get(), tracks, index), 'play'),
    addToQueue: (track) => adopt(Q.append(get(), track), 'keep'),
    addSimilar: (track) => adopt(Q.append(get(), { ...track, isSimilar: true }), 'keep'),
    playNext: (track) => adopt(Q.insertNext(get(), track), 'keep'),
    playNow: (track, more) => adopt(Q.playNow(get(), track, more), 'play'),
    removeFromQueue: (key) => adopt(Q.remove(get(), key), 'keep'),
    moveInQueue: (from, to) => adopt(Q.move(get(), from, to), 'keep'),
    clearQueue: () => adopt(Q.clearOthers(get()), 'keep'),
    restoreQueue(queue, key) {
      const now = get().current?.key ?? null;
      const index = queue.queue.findIndex((entry) => entry.key === now);
      if (index >= 0) adopt({ ...queue, index }, 'keep');
      else if (queue.queue[queue.index]?.key === key) adopt(queue, 'keep');
    },
    takeQueue(queue, volume, position) {
      const current = queue.queue[queue.index] ?? null;
      const { isPlaying, current: before } = get();
      const isSame = current?.key === before?.key;
      const isGone = !queue.queue.some((entry) => entry.key === before?.key);
      const goesOn = isPlaying && current !== null && (isSame || isGone);
      set({ ...queue, current, volume, isPlaying: goesOn, isBuffering: goesOn && (get().isBuffering || !isSame) });
      if (!goesOn) {
        rememberedPosition = position;
        clock.setSource({ position, duration: (current?.duration_ms ?? 0) / 1000, bufferedEnd: 0 });
      }
      if (loading) run((c) => (!goesOn ? c.standBy(position) : isSame ? c.follow() : c.loadCurrent(true, position)));
    },
    setShuffle: (shuffle) => adopt(Q.setShuffle(get(), shuffle), 'keep'),
    setRepeat: (repeat) => adopt({ ...get(), repeat }, 'keep'),
    jump: (index) => {
      if (get().queue[index]) adopt({ ...get(), index }, 'play');
    },

    toggle() {
      const { current, isPlaying } = get();
      if (!current) return;
      set({ isPlaying: !isPlaying, isBuffering: !isPlaying });
      run((c) => (isPlaying ? c.pause() : c.play()));
    },
    pause() {
      if (!get().isPlaying) return;
      set({ isPlaying: false, isBuffering: false });
      run((c) => c.pause());
    },
    next() {
      const index = Q.following(get(), false);
      if (index >= 0) get().jump(index);
    },
    previous() {
      const index = Q.preceding(get());
      if (clock.position > RESTART_AFTER || index === get().index) get().seek(0);
      else get().jump(index);
    },
    seek: (seconds) => run((c) => c.seek(seconds)),

    setVolume(volume) {
      const level = Math.min(1, Math.max(0, volume));
      set({ volume: level, muted: level > 0 ? false : get().muted });
      run((c) => c.applySettings());
    },
    setMuted(muted) {
      set({ muted });
      run((c) => c.applySettings());
    },
    setQuality(quality) {
      set({ quality });
      run((c) => c.applySettings());
    },
    setLoudness(loudness) {
      set({ loudness });
      run((c) => c.applySettings());
    },
    setPanel: (panel) => set({ panel }),
  };
});
