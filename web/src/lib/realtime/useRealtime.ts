/* Messages of the server, for as long as a component is mounted. What takes them is loaded when the page is there already. */

import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Listener } from './client';

/** Begins, and gives what ends it: also when that is asked for before it has begun. */
function begin(started: Promise<() => void>): () => void {
  let ended = false;
  let stop = () => {};
  started.then(
    (end) => (ended ? end() : (stop = end)),
    () => undefined, // a part of the app that cannot be loaded: the page works without it
  );
  return () => {
    ended = true;
    stop();
  };
}

/** The connection, and what is sent to the person. */
export function useRealtime(): void {
  const client = useQueryClient();
  useEffect(() => begin(import('./own').then(({ listenToOwn }) => listenToOwn(client))), [client]);
}

/** What is sent on another topic, `track:UUID`. `listener` must stay the same from one rendering to the next (useMemo). */
export function useTopic(topic: string, listener: Listener): void {
  useEffect(() => begin(import('./client').then(({ listen }) => listen(topic, listener))), [topic, listener]);
}
