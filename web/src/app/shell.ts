/* Adds to what the server rendered what only a script can do before the app is there: colours, a play button that remembers a press. Where the server rendered
 * nothing, it draws a placeholder. The build puts this file, with all that it imports, into the page itself, so it stays small. */

import { hueOf } from '@/lib/color/hue';
import { infoUrl, pageBandwidth, type FileGroup, type Shell } from '@/lib/dom/shell';
import { preferredLanguage } from '@/lib/i18n/languages';
import { barsPath, levelsFromId } from '@/lib/peaks/levels';
import { play as playInEnglish } from '@/locales/en/common/track.json';
import { play as playInSpanish } from '@/locales/es/common/track.json';
import { play as playInFrench } from '@/locales/fr/common/track.json';

/** Filled in by the build. */
declare const __FILES__: Partial<Record<FileGroup, readonly string[]>>;

/** Below this many bits a second a track begins in the smallest rendition, which is asked for before the player is there. */
const SLOW = 1_000_000;
const BARS = 120;

const files = typeof __FILES__ === 'undefined' ? {} : __FILES__;
const language = preferredLanguage();

function readTrack(): Shell['track'] {
  const text = document.getElementById('page-data')?.textContent;
  if (!text || !location.pathname.startsWith('/track/')) return null;
  try {
    return JSON.parse(text) as Shell['track'];
  } catch {
    return null;
  }
}

function copyOf(id: string): DocumentFragment | null {
  const template = document.getElementById(id);
  return template instanceof HTMLTemplateElement ? (template.content.cloneNode(true) as DocumentFragment) : null;
}

function drawWave(part: DocumentFragment, seed: string): void {
  const svg = part.querySelector('[data-wave]');
  svg?.setAttribute('viewBox', `0 0 ${BARS} 100`);
  svg?.firstElementChild?.setAttribute('d', barsPath(levelsFromId(seed, BARS)));
}

const track = readTrack();
const playable = track?.status === 'completed' && track.stream_manifest_url !== null;
let button: HTMLElement | null = null;
let asked = false;

/** What the player asks for first, all at once: it finds the answers in the browser's cache, or in `answers`, which that does not keep. */
function askForSound(manifest: string): void {
  if (asked) return;
  asked = true;
  const slow = pageBandwidth() < SLOW;
  const names = [manifest, ...(slow ? ['low/playlist.m3u8', 'low/init.mp4', 'low/segment_000.m4s'] : [])];
  const info = infoUrl(manifest);
  for (const url of [...names.map((name) => new URL(name, new URL(manifest, location.href))), info]) {
    const answer = fetch(url);
    answer.catch(() => undefined); /* the player asks again */
    if (url === info) shell.answers.set(url.href, answer);
  }
}

const shell: Shell = {
  track,
  pressed: false,
  onPress: null,
  answers: new Map(),
  show(state) {
    if (!button) return;
    if (state) button.dataset['state'] = state;
    else delete button.dataset['state'];
  },
  preload(group) {
    for (const href of files[group] ?? []) {
      const link = document.createElement('link');
      link.rel = 'modulepreload';
      link.href = href;
      document.head.append(link);
    }
  },
  bandwidth: pageBandwidth,
};
window.veza = shell;

function press(): void {
  if (shell.onPress) return shell.onPress();
  shell.pressed = !shell.pressed;
  shell.show(shell.pressed ? 'waiting' : undefined);
  if (shell.pressed && track?.stream_manifest_url) askForSound(track.stream_manifest_url);
}

const place = document.getElementById('shell-page');
let page = place?.querySelector<HTMLElement>('[data-page]');
/* A service worker without a network hands out one page for all addresses. */
if (page && page.dataset['page'] !== location.pathname) {
  page.remove();
  page = null;
}
const part = copyOf(playable && page ? 'shell-sound' : 'shell-plain');
if (place && part && !(page && !playable)) {
  drawWave(part, track?.id ?? 'skeleton');
  if (playable) {
    button = part.querySelector('[data-play]');
    const label = { en: playInEnglish, fr: playInFrench, es: playInSpanish }[language];
    button?.setAttribute('aria-label', label.replace('{{title}}', () => track.title));
    button?.addEventListener('click', press);
  }
  (place.querySelector('[data-sound]') ?? place).append(part);
}
if (track) page?.querySelector<HTMLElement>('[data-hue]')?.style.setProperty('--hue', String(hueOf(track.id)));

if (playable) {
  shell.preload('sound');
} else {
  shell.preload('app');
  shell.preload(language);
}
