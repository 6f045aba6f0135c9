/* Sending a form with files, with progress: fetch cannot tell how much it has sent, so this is XMLHttpRequest. The same
 * remedies apply as in client.ts; files are read anew each time, so the form can be sent again. */

import type { Address, FilledIn, Reply } from './address';
import { API, fillIn, prepare, remedy, type Remedy } from './client';
import { csrfToken } from './csrf';
import { ApiProblem, networkProblem, problemFrom } from './problem';
import { noteRateLimit } from './rateLimit';

export interface UploadOptions {
  signal: AbortSignal;
  onProgress: (sent: number, total: number) => void;
}

/** How forms are sent. */
type Sent = 'post' | 'put';

function attempt<T>(method: Sent, path: string, form: FormData, token: string, { signal, onProgress }: UploadOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new DOMException('', 'AbortError'));
      return;
    }
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    const done = (settle: () => void) => {
      signal.removeEventListener('abort', abort);
      settle();
    };
    signal.addEventListener('abort', abort);
    xhr.open(method.toUpperCase(), `${API}${path}`);
    xhr.setRequestHeader('Accept', 'application/json');
    if (token) xhr.setRequestHeader('X-CSRF-Token', token);
    xhr.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    xhr.onabort = () => done(() => reject(new DOMException('', 'AbortError')));
    xhr.onerror = () => done(() => reject(networkProblem()));
    xhr.onload = () =>
      done(() => {
        noteRateLimit({ get: (name) => xhr.getResponseHeader(name) }, xhr.status);
        if (xhr.status >= 200 && xhr.status < 300) resolve(JSON.parse(xhr.responseText) as T);
        else reject(problemFrom(xhr.status, xhr.responseText, xhr.getResponseHeader('Retry-After')));
      });
    xhr.send(form);
  });
}

/** Resolves with the server's reply; rejects with an ApiProblem, or an AbortError when cancelled. */
export async function uploadForm<M extends Sent, A extends Address<M>>(method: M, address: A, form: FormData, options: UploadOptions & FilledIn<A>): Promise<Reply<M, A>> {
  const path = fillIn(address, options.path);
  const tried = new Set<Remedy>();
  for (;;) {
    const seen = await prepare(path);
    try {
      return await attempt<Reply<M, A>>(method, path, form, await csrfToken(), options);
    } catch (error) {
      if (!(error instanceof ApiProblem) || !(await remedy(error, path, tried, seen))) throw error;
    }
  }
}
