/* The player's state, as contract.ts promises it. */

import { create } from 'zustand';
import type { PlayerApi } from './contract';

export const usePlayer = create<PlayerApi>((set, get) => ({
  queue: [],
  index: -1,
  current: null,
  isPlaying: false,
  isBuffering: false,
  playTracks(tracks, index) {
    set({ queue: tracks, index, current: tracks[index] ?? null, isPlaying: true });
  },
  addToQueue(track) {
    set({ queue: [...get().queue, track] });
  },
  toggle() {
    set({ isPlaying: !get().isPlaying });
  },
  next() {
    get().playTracks(get().queue, get().index + 1);
  },
  previous() {
    get().playTracks(get().queue, Math.max(0, get().index - 1));
  },
  seek() {},
}));
