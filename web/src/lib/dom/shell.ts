/* What the page itself draws before the app is there (index.html, src/app/shell.ts), as the app sees it. */

import type { Track } from '@/lib/api/schema';
import type { Language } from '@/lib/i18n/languages';

/** Which files of the build are needed when. */
export type FileGroup = 'sound' | 'app' | 'track' | Language | `track_${Language}`;

export interface Shell {
  /** The track that the server put into the page, as a visitor sees it. */
  track: Track | null;
  /** Somebody pressed play, and nothing has answered yet. */
  pressed: boolean;
  /** Answers presses from now on. */
  onPress: (() => void) | null;
  /** What was asked for before the player was there, by address; each is used once. */
  answers: Map<string, Promise<Response>>;
  /** Shows what the play button does; undefined is at rest. */
  show(state: 'waiting' | 'playing' | undefined): void;
  preload(group: FileGroup): void;
  /** Bits a second at which the page came, NaN while unknown. */
  bandwidth(): number;
}

declare global {
  interface Window {
    veza?: Shell;
  }
}

/** Above this a download is too short to tell the speed of the network. */
const ENOUGH_BYTES = 4000;

/** Bits a second of the largest file that came over the network for this page, NaN when all came from the cache. */
export function pageBandwidth(): number {
  const files = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')] as PerformanceResourceTiming[];
  const largest = files
    .filter((file) => file.transferSize > ENOUGH_BYTES && file.responseEnd > file.responseStart && /^(navigation|script|link)$/.test(file.initiatorType))
    .sort((a, b) => b.transferSize - a.transferSize)[0];
  return largest ? (largest.encodedBodySize * 8000) / (largest.responseEnd - largest.responseStart) : NaN;
}

/** The figures of a stream, beside the manifest of whatever version. */
export const infoUrl = (manifest: string) => new URL(manifest.replace(/\/hls\/[^?]*/, '/hls/info'), location.href);

/** The answer to a request that the shell has sent, if it did. */
export function earlyAnswer(url: URL): Promise<Response> | undefined {
  const answers = window.veza?.answers;
  const answer = answers?.get(url.href);
  answers?.delete(url.href);
  return answer;
}

/** The app is drawn: the shell goes, and the focus stays near where it was. */
export function removeShell(): void {
  const shell = document.getElementById('shell');
  const focused = shell?.contains(document.activeElement) ?? false;
  shell?.remove();
  if (focused) document.querySelector<HTMLElement>('#main [data-play-main], #main')?.focus();
}
