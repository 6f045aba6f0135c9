/* Uploads that this browser began and has not finished: where each goes on. The key is the person and the file, and the storage is the server's own, so
 * another account on this browser never sees it. */

import { personHere } from '@/lib/session/hint';

const PREFIX = 'veza.uploads.';
/** Of files that replace the sound of a track or are its stems: they go on from its page, and are not listed among the new tracks. */
const PART_PREFIX = 'veza.versions.';
/** As long as the server keeps what was not finished, about. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

export interface Unfinished {
  /** Its place in the storage. */
  key: string;
  url: string;
  name: string;
  size: number;
  at: number;
}

const prefixOf = (partOf?: string) => (partOf ? `${PART_PREFIX}${personHere() ?? ''}.${partOf}.` : `${PREFIX}${personHere() ?? ''}.`);
const keyOf = (file: File, partOf?: string) => `${prefixOf(partOf)}${file.size}.${file.lastModified}.${file.name}`;

function read(key: string): Unfinished | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Omit<Unfinished, 'key'> | null;
    return kept && /^\/api\/v1\/uploads\/tus\/[0-9a-f-]{36}$/.test(kept.url) && Date.now() - kept.at < KEPT_MS ? { ...kept, key } : null;
  } catch {
    return null;
  }
}

/** Where the upload of this file goes on, or null. */
export const placeOf = (file: File, partOf?: string) => read(keyOf(file, partOf))?.url ?? null;

export function rememberPlace(file: File, url: string, partOf?: string): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PART_PREFIX) && !read(key)) forgetKey(key); // they are in no list that would find them too old
    localStorage.setItem(keyOf(file, partOf), JSON.stringify({ url, name: file.name, size: file.size, at: Date.now() }));
  } catch {
    /* without storage an upload cannot survive a reload */
  }
}

export function forgetPlace(file: File, partOf?: string): void {
  forgetKey(keyOf(file, partOf));
}

export function forgetKey(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    /* nothing kept */
  }
}

/** What was begun and not finished, the latest first. Notes that are too old go. */
export function listUnfinished(): Unfinished[] {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefixOf()));
    const found = keys.map((key) => read(key) ?? (forgetKey(key), null)).filter((one) => one !== null);
    return found.sort((a, b) => b.at - a.at);
  } catch {
    return [];
  }
}
