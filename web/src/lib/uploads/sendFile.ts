/* Sends a file with tus, in as many requests as it takes: it goes on after a reload, a sleep and a change of the network, at the byte that the server has.
 *
 * tus-js-client sends; when and where to go on is decided here. It would begin a new upload whenever the server cannot be asked, and throw away what was sent: here only 404, 410
 * and 403 do that, and what a server in trouble says leaves all as it is. */

import { API, prepare, remedy, type Remedy } from '@/lib/api/client';
import { csrfToken } from '@/lib/api/csrf';
import { ApiProblem, blank, hasCode, networkProblem, problemFrom } from '@/lib/api/problem';
import { noteRateLimit } from '@/lib/api/rateLimit';
import { removeTrack } from '@/lib/api/tracks/remove';
import { getUpload, removeUpload } from '@/lib/api/uploads/uploads';
import { forgetPlace, placeOf, rememberPlace } from './unfinished';

const ADDRESS = '/uploads/tus';
/** Without a byte for so long, a connection is taken for dead. */
export const STALLED_MS = 30_000;
/** After the last byte the server looks at the file before it answers. */
const FINISHING_MS = 120_000;
const FINISHING_ASKED = FINISHING_MS / 1000;
const PAUSES_MS = [500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 30_000, 30_000, 30_000];

export interface SendOptions {
  signal: AbortSignal;
  onProgress: (sent: number, total: number) => void;
  /** The file is no new track: what it is, as the server wants it told. `of` tells the uploads of one file for several things apart. */
  about?: { of: string; metadata: Record<string, string> };
}

const idOf = (url: string) => url.split('/').at(-1) ?? '';

/** What may get better by itself; the upload is left as it is. */
const isPassing = (error: ApiProblem) =>
  (error.status >= 500 && !hasCode(error, 'quota_exceeded', 'storage_full')) || error.status === 0 || [408, 423, 429, 460].includes(error.status) || hasCode(error, 'upload_offset', 'token_expired');

/** The upload that we know of is none any more: begin anew. */
const isGone = (error: ApiProblem) => [404, 410].includes(error.status) || (error.status === 403 && !hasCode(error, 'csrf_failed'));

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}

/** One go: from where the upload is to its end, or to what breaks it off. Resolves with the id of the track. */
async function go(file: File, { signal, onProgress, about }: SendOptions): Promise<string> {
  const { Upload, DetailedError } = await import('tus-js-client');
  const place = placeOf(file, about?.of);
  let url = place, track: string | null = null;
  await new Promise<void>((resolve, reject) => {
    let watch: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      clearTimeout(watch);
      signal.removeEventListener('abort', abort);
    };
    const leave = (error: unknown) => {
      stop();
      void upload.abort();
      reject(error as Error);
    };
    const abort = () => leave(new DOMException('', 'AbortError'));
    const alive = (ms: number) => {
      clearTimeout(watch);
      watch = setTimeout(() => leave(networkProblem()), ms);
    };
    const upload = new Upload(file, {
      ...(place ? { uploadUrl: place } : { endpoint: `${API}${ADDRESS}` }),
      metadata: { filename: file.name, ...(about?.metadata ?? { visibility: 'private' }) },
      retryDelays: null,
      storeFingerprintForResuming: false,
      async onBeforeRequest(request) {
        await prepare(ADDRESS);
        const token = await csrfToken();
        if (token) request.setHeader('X-CSRF-Token', token);
      },
      onAfterResponse(_request, response) {
        noteRateLimit({ get: (name) => response.getHeader(name) ?? null }, response.getStatus());
        track ??= response.getHeader('Veza-Track') ?? null;
      },
      onUploadUrlAvailable() {
        if (!upload.url) return;
        url = new URL(upload.url, location.href).pathname;
        rememberPlace(file, url, about?.of);
      },
      onProgress(sent, total) {
        alive(sent < total ? STALLED_MS : FINISHING_MS);
        onProgress(sent, total);
      },
      onSuccess() {
        stop();
        resolve();
      },
      onError(error) {
        const response = error instanceof DetailedError ? error.originalResponse : null;
        leave(response ? problemFrom(response.getStatus(), response.getBody(), response.getHeader('Retry-After') ?? null) : networkProblem());
      },
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) {
      abort();
      return;
    }
    alive(STALLED_MS);
    upload.start();
  });
  if (track) return track;
  const state = url ? await getUpload(idOf(url)) : null;
  if (state?.track_id) return state.track_id;
  throw new ApiProblem(blank('upload_gone', 410));
}

/** Resolves with the id of the track that the file became; rejects with an ApiProblem, or an AbortError when it is paused or cancelled. */
export async function sendFile(file: File, options: SendOptions): Promise<string> {
  const tried = new Set<Remedy>();
  const of = options.about?.of;
  let failures = 0, begunAnew = false, furthest = -1;
  const onProgress = (sent: number, total: number) => {
    if (sent > furthest && furthest >= 0) {
      failures = 0;
      tried.clear();
    }
    furthest = Math.max(furthest, sent);
    options.onProgress(sent, total);
  };
  for (;;) {
    const seen = await prepare(ADDRESS);
    try {
      const track = await go(file, { ...options, onProgress });
      forgetPlace(file, of);
      return track;
    } catch (error) {
      if (!(error instanceof ApiProblem) || options.signal.aborted) throw error;
      if (await remedy(error, ADDRESS, tried, seen)) continue;
      if (placeOf(file, of) && isGone(error) && !begunAnew) {
        forgetPlace(file, of);
        begunAnew = true;
        continue;
      }
      const wait = isPassing(error) ? PAUSES_MS[failures++] : undefined;
      if (wait === undefined) {
        if (!isPassing(error)) forgetPlace(file, of); /* refused: it would be again */
        throw error;
      }
      await pause(Math.max(wait, (error.retryAfter ?? 0) * 1000), options.signal);
      if (options.signal.aborted) throw new DOMException('', 'AbortError');
    }
  }
}

/** Takes back what was sent of a file that is no new track, unless all of it has arrived. */
export async function takePartBack(file: File, of: string): Promise<void> {
  const url = placeOf(file, of);
  forgetPlace(file, of);
  await (url ? removeUpload(idOf(url)).catch(() => undefined) : undefined);
}

/** Takes back what was sent of a file, and the track that it became when its last byte had arrived already. */
export async function takeBack(file: File): Promise<void> {
  const url = placeOf(file);
  forgetPlace(file);
  if (!url) return;
  const id = idOf(url);
  try {
    let state = await getUpload(id);
    for (let asked = 0; state.state === 'open' && state.received_bytes === state.length_bytes && asked < FINISHING_ASKED; asked++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      state = await getUpload(id);
    }
    if (state.track_id) await removeTrack(state.track_id);
    await removeUpload(id);
  } catch {
    /* it ends by itself, later */
  }
}
