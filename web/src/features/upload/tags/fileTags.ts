/* Asks the worker for the tags of files, one file at a time. It is started for the first file and ends with the last. */

import type { FileTags } from './readTags';

const LIMIT_MS = 15_000;
const NOTHING: FileTags = { fields: {}, picture: null };

let worker: Worker | null = null;
let waiting = 0;
let turn: Promise<unknown> = Promise.resolve();

function stop(): void {
  worker?.terminate();
  worker = null;
}

function ask(file: File): Promise<FileTags> {
  worker ??= new Worker(new URL('./tagWorker.ts', import.meta.url), { type: 'module' });
  const asked = worker;
  return new Promise((resolve) => {
    const settle = (tags: FileTags, isUsable: boolean) => {
      clearTimeout(timer);
      if (!isUsable) stop();
      resolve(tags);
    };
    const timer = setTimeout(() => settle(NOTHING, false), LIMIT_MS);
    asked.onmessage = (event: MessageEvent<FileTags>) => settle(event.data, true);
    asked.onerror = (event) => {
      event.preventDefault();
      settle(NOTHING, false);
    };
    asked.postMessage(file);
  });
}

/** Nothing when the file has no tags, takes too long to read, or is damaged. The picture is small and square. */
export function fileTags(file: File): Promise<FileTags> {
  waiting += 1;
  const tags = turn.then(() => ask(file)).catch(() => NOTHING);
  turn = tags.then(() => {
    waiting -= 1;
    if (waiting === 0) stop();
  });
  return tags;
}
