/* Leaving a person's page. A new document is the one sure way to empty the memory: caches, queues, uploads and whatever comes later. */

import { forgetQueue } from '@/lib/player/persist';
import { leaveForGood } from './leaving';

/** What belongs to the device and not to the person who uses it. */
const KEPT = ['veza.theme', 'veza.language', 'veza.discover', 'veza.player'];
const NOTICE = 'veza.notice';

/** Takes all that this browser remembers of the person out of its storage. */
export function forgetPerson(): void {
  try {
    forgetQueue();
    for (const key of Object.keys(localStorage)) if (key.startsWith('veza.') && !KEPT.includes(key)) localStorage.removeItem(key);
    sessionStorage.clear();
  } catch {
    /* nothing kept, nothing to forget */
  }
}

/** Begins anew at `path`; `notice` is shown there once. */
export function startOver(path: string, notice?: string): void {
  leaveForGood();
  try {
    sessionStorage.clear();
    if (notice) sessionStorage.setItem(NOTICE, notice);
  } catch {
    /* goes without a word */
  }
  location.replace(path);
}

export function takeNotice(): string | null {
  try {
    const notice = sessionStorage.getItem(NOTICE);
    sessionStorage.removeItem(NOTICE);
    return notice;
  } catch {
    return null;
  }
}
