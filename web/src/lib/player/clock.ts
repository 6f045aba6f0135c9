/* Where the play head is. Read it every frame if you like: it never renders a component by itself. */

import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface ClockSource {
  readonly position: number;
  readonly duration: number;
  readonly bufferedEnd: number;
}

let source: ClockSource = { position: 0, duration: 0, bufferedEnd: 0 };
let running = false;
let frame = 0;
const listeners = new Set<() => void>();

function tick(): void {
  frame = 0;
  for (const listener of listeners) listener();
  schedule();
}

function schedule(): void {
  if (running && frame === 0 && listeners.size > 0) frame = requestAnimationFrame(tick);
}

export const clock = {
  get position(): number {
    return source.position;
  },
  get duration(): number {
    return source.duration;
  },
  get bufferedEnd(): number {
    return source.bufferedEnd;
  },
  setSource(next: ClockSource): void {
    source = next;
    clock.poke();
  },
  /** Frames are only counted while something moves. */
  setRunning(next: boolean): void {
    running = next;
    clock.poke();
    schedule();
  },
  /** The play head jumped. */
  poke(): void {
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    schedule();
    return () => {
      listeners.delete(listener);
    };
  },
};

/** Calls `onFrame` while playing, and whenever the play head jumps. */
export function useClockFrame(onFrame: () => void): void {
  const latest = useRef(onFrame);
  useEffect(() => {
    latest.current = onFrame;
  });
  useEffect(() => {
    latest.current();
    return clock.subscribe(() => latest.current());
  }, []);
}

/** Whole seconds of the play head: renders once a second at most. */
export function useSeconds(): number {
  return useSyncExternalStore(clock.subscribe, () => Math.floor(clock.position));
}

/** Length of the current track in whole seconds. */
export function useDuration(): number {
  return useSyncExternalStore(clock.subscribe, () => Math.round(clock.duration));
}
