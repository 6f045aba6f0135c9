/* Works through the waiting uploads, two at a time: sends each, then asks the server how far it is. */

import { invalidateTracks } from '@/lib/api/tracks/cache';
import { getProgress } from '@/lib/api/tracks/progress';
import { ApiProblem } from '@/lib/api/problem';
import { queryClient } from '@/lib/api/queryClient';
import { guard } from '@/lib/unsaved/store';
import { uploadTrack } from './api/uploadTrack';
import { dropItem, itemOf, patchItem, useUploads } from './store';

const AT_ONCE = 2;
const POLL_MS = 1000;

const running = new Map<string, AbortController>();

/** A gauge of speed that forgets old measurements within a few seconds. */
export function speedometer(now: () => number = () => performance.now()) {
  let last = { sent: 0, at: now() };
  let speed = 0;
  return (sent: number): number => {
    const at = now();
    const seconds = (at - last.at) / 1000;
    if (seconds < 0.25) return speed;
    const current = (sent - last.sent) / seconds;
    speed = speed === 0 ? current : speed * 0.7 + current * 0.3;
    last = { sent, at };
    return speed;
  };
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Asks until the server is done. A failed question is asked again: only the server may say that a track failed. */
async function follow(key: string, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const state = await getProgress(id, signal);
      patchItem(key, { stage: state.stage, progress: state.progress });
      if (state.status === 'completed') {
        patchItem(key, { phase: 'done', progress: 1 });
        return;
      }
      if (state.status === 'failed') {
        patchItem(key, { phase: 'failed', error: state.status_message ?? true });
        return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiProblem && (error.code === 'not_found' || error.code === 'unauthenticated')) {
        patchItem(key, { phase: 'failed', error });
        return;
      }
    }
    await pause(POLL_MS, signal);
  }
}

async function send(key: string, controller: AbortController): Promise<void> {
  const item = itemOf(key);
  if (!item) return;
  patchItem(key, { phase: 'sending', sent: 0, speed: 0, error: null });
  const gauge = speedometer();
  try {
    const track = await uploadTrack(item.file, item.fields, item.cover, {
      signal: controller.signal,
      onProgress: (sent, total) => patchItem(key, { sent, total, speed: gauge(sent) }),
    });
    patchItem(key, { phase: 'processing', trackId: track.id, title: track.title, sent: item.total, total: item.total, progress: 0 });
    void invalidateTracks(queryClient);
    void follow(key, track.id, controller.signal).finally(() => {
      running.delete(key);
      void invalidateTracks(queryClient);
    });
  } catch (error) {
    running.delete(key);
    if (controller.signal.aborted) patchItem(key, { phase: 'cancelled' });
    else patchItem(key, { phase: 'failed', error });
  }
}

function pump(): void {
  const { items } = useUploads.getState();
  let free = AT_ONCE - items.filter((item) => item.phase === 'sending').length;
  for (const item of items) {
    if (free <= 0) return;
    if (item.phase !== 'waiting') continue;
    free -= 1;
    const controller = new AbortController();
    running.set(item.key, controller);
    void send(item.key, controller).finally(pump);
  }
}

export function startUpload(key: string, fields: Readonly<Record<string, string>>): void {
  const item = itemOf(key);
  if (!item) return;
  patchItem(key, { phase: 'waiting', fields, title: fields['title'] ?? item.title, error: null });
  pump();
}

/** Sends the same file again. */
export function retryUpload(key: string): void {
  const item = itemOf(key);
  if (item) startUpload(key, item.fields);
}

/** Back to the form, with what was typed. */
export const editUpload = (key: string) => patchItem(key, { phase: 'draft', error: null, sent: 0 });

export function cancelUpload(key: string): void {
  running.get(key)?.abort();
  if (itemOf(key)?.phase === 'waiting') patchItem(key, { phase: 'cancelled' });
}

export function forgetUpload(key: string): void {
  running.get(key)?.abort();
  running.delete(key);
  dropItem(key);
}

/** Files that the server does not have yet: a reload would lose them, and what was typed about them. */
guard({ isUnsaved: () => useUploads.getState().items.some((item) => item.trackId === null), outlivesPage: true });
