/* Works through the chosen files, two at a time: sends each, asks the server how far it is, and saves what was typed once there is a
 * track to save it with. Meanwhile the track is private. */

import { changesOf, type TrackForm } from '@/components/track/trackSchema';
import { ApiProblem, hasCode } from '@/lib/api/problem';
import { mayTryAgain } from '@/lib/api/problemText';
import { queryClient } from '@/lib/api/queryClient';
import { invalidateTracks } from '@/lib/api/tracks/cache';
import { replaceCover } from '@/lib/api/tracks/cover';
import { getProgress } from '@/lib/api/tracks/progress';
import { removeTrack } from '@/lib/api/tracks/remove';
import { updateTrack } from '@/lib/api/tracks/update';
import type { TrackChanges } from '@/lib/api/tracks/update';
import { guard } from '@/lib/unsaved/store';
import { sendFile, takeBack } from '@/lib/uploads/sendFile';
import { addItems, dropItem, itemOf, patchItem, stateOf, useUploads, type UploadItem } from './store';
import { fileTags } from './tags/fileTags';

const AT_ONCE = 2;
const POLL_MS = 1000;
/** Why sending was broken off: it is to go on later. */
const PAUSED = 'paused';

const running = new Map<string, AbortController>();
const reading = new Map<string, Promise<void>>();

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
        patchItem(key, { phase: 'failed', error: state });
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
  patchItem(key, { phase: 'sending', speed: 0, error: null });
  const gauge = speedometer();
  try {
    const trackId = await sendFile(item.file, {
      signal: controller.signal,
      onProgress: (sent, total) => patchItem(key, { sent, total, speed: gauge(sent) }),
    });
    patchItem(key, { phase: 'processing', trackId, sent: item.total, total: item.total, progress: 0 });
    void save(key);
    void invalidateTracks(queryClient);
    void follow(key, trackId, controller.signal).finally(() => {
      running.delete(key);
      void invalidateTracks(queryClient);
    });
  } catch (error) {
    running.delete(key);
    if (controller.signal.aborted) patchItem(key, { phase: controller.signal.reason === PAUSED ? 'paused' : 'cancelled' });
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

/** What the person saw: a field that is empty because nobody filled it is left to what the server found in the file. */
function changesIn(form: TrackForm, typed: UploadItem['typed']): TrackChanges {
  const isSeen = ([name]: [string, unknown]) => form[name as keyof TrackForm] !== '' || typed.includes(name as keyof TrackForm);
  return Object.fromEntries(Object.entries(changesOf(form)).filter(isSeen));
}

/** Saves what was typed, when it is published and there is a track. The change that makes the track public comes last. */
async function save(key: string): Promise<void> {
  const item = itemOf(key);
  if (!item?.trackId || !item.form || item.saving !== 'waiting') return;
  patchItem(key, { saving: 'running' });
  try {
    if (item.cover && item.cover !== item.sentCover) {
      await replaceCover(item.trackId, item.cover);
      patchItem(key, { sentCover: item.cover });
    }
    await updateTrack(item.trackId, changesIn(item.form, item.typed));
    patchItem(key, { saving: 'saved' });
  } catch (error) {
    patchItem(key, { saving: 'failed', error });
  }
  void invalidateTracks(queryClient);
}

/** Begins to send files and to read their tags, while the person types. */
export function addFiles(files: readonly File[]): void {
  for (const { key, file } of addItems(files)) {
    reading.set(key, fileTags(file).then((tags) => (patchItem(key, { tags }), void reading.delete(key))));
  }
  pump();
}

/** Settles when the file's tags are in the store. */
export const tagsRead = (key: string): Promise<void> => reading.get(key) ?? Promise.resolve();

export function publish(key: string, form: TrackForm): void {
  patchItem(key, { form, title: form.title, saving: 'waiting' });
  if (itemOf(key)?.phase !== 'paused') retryUpload(key);
}

/** What is missing, once more: sends the file if the server does not have it, and saves what was typed. */
export function retryUpload(key: string): void {
  const item = itemOf(key);
  if (!item) return;
  if (item.saving === 'failed') patchItem(key, { saving: 'waiting' });
  if (!item.trackId && ['failed', 'cancelled', 'paused'].includes(item.phase)) patchItem(key, { phase: 'waiting', error: null, ...(item.phase === 'cancelled' ? { sent: 0 } : {}) });
  pump();
  void save(key);
}

/** Can it help to try once more? Not when the server refused what the file is. */
export function mayRetry(item: UploadItem): boolean {
  if (item.saving === 'failed') return mayTryAgain(item.error);
  return !item.trackId && (item.phase === 'cancelled' || (item.phase === 'failed' && mayTryAgain(item.error)));
}

/** The server does not take this file, so there is nothing to publish. */
export const wasRefused = (item: UploadItem) => stateOf(item) === 'failed' && !item.trackId && !mayRetry(item);

/** Back to the form, with what was typed. */
export const editUpload = (key: string) => patchItem(key, { saving: 'draft' });

/** Stops sending; what was sent is kept, by the server and for a later visit too. */
export function pauseUpload(key: string): void {
  running.get(key)?.abort(PAUSED);
  if (itemOf(key)?.phase === 'waiting') patchItem(key, { phase: 'paused' });
}

/** Goes on where it was paused. */
export const resumeUpload = (key: string) => retryUpload(key);

export function cancelUpload(key: string): void {
  const item = itemOf(key);
  running.get(key)?.abort();
  if (item?.phase === 'waiting' || item?.phase === 'paused') patchItem(key, { phase: 'cancelled', sent: 0 });
  if (item && !item.trackId) void takeBack(item.file);
}

/** Takes it out of the list. */
export function forgetUpload(key: string): void {
  const item = itemOf(key);
  running.get(key)?.abort();
  running.delete(key);
  dropItem(key);
  if (item && !item.trackId) void takeBack(item.file);
}

/** Takes a draft back, and its track with it when there is one. */
export async function dropDraft(key: string): Promise<void> {
  const id = itemOf(key)?.trackId;
  forgetUpload(key);
  if (!id) return;
  await removeTrack(id);
  void invalidateTracks(queryClient);
}

/* What failed for want of a network goes on when it is back. */
window.addEventListener('online', () => {
  for (const item of useUploads.getState().items) if (mayRetry(item) && hasCode(item.error, 'network')) retryUpload(item.key);
});

/** A reload would lose what was typed, or a file that is not sent. */
guard({ isUnsaved: () => useUploads.getState().items.some((item) => item.saving !== 'saved' || item.trackId === null), outlivesPage: true });
