/* The system's own controls: keys on the keyboard, headphones, the lock screen. */

import { byline } from '@/lib/format/byline';
import type { QueueEntry } from './queue';

export interface MediaHandlers {
  play(): void;
  pause(): void;
  next(): void;
  previous(): void;
  seekBy(seconds: number): void;
  seekTo(seconds: number): void;
}

const ART_SIZES = [300, 600, 1200];

function artwork(coverUrl: string | null): MediaImage[] {
  if (!coverUrl) return [];
  return ART_SIZES.map((size) => ({
    src: new URL(coverUrl.replace(/\/\d+$/, `/${size}`), location.href).href,
    sizes: `${size}x${size}`,
    type: 'image/webp',
  }));
}

export function bindMediaSession(handlers: MediaHandlers): void {
  const session = navigator.mediaSession as MediaSession | undefined;
  if (!session) return;
  const bind = (action: MediaSessionAction, handler: MediaSessionActionHandler) => {
    try {
      session.setActionHandler(action, handler);
    } catch {
      /* an action this browser does not know */
    }
  };
  bind('play', () => handlers.play());
  bind('pause', () => handlers.pause());
  bind('stop', () => handlers.pause());
  bind('nexttrack', () => handlers.next());
  bind('previoustrack', () => handlers.previous());
  bind('seekbackward', (details) => handlers.seekBy(-(details.seekOffset ?? 10)));
  bind('seekforward', (details) => handlers.seekBy(details.seekOffset ?? 10));
  bind('seekto', (details) => {
    if (details.seekTime !== undefined) handlers.seekTo(details.seekTime);
  });
}

export function showInMediaSession(entry: QueueEntry | null): void {
  const session = navigator.mediaSession as MediaSession | undefined;
  if (!session) return;
  session.metadata = entry
    ? new MediaMetadata({ title: entry.title, artist: byline(entry), album: entry.album ?? '', artwork: artwork(entry.cover_url) })
    : null;
}

export function updateMediaSession(playing: boolean, position: number, duration: number): void {
  const session = navigator.mediaSession as MediaSession | undefined;
  if (!session) return;
  session.playbackState = playing ? 'playing' : 'paused';
  if (duration > 0 && position <= duration) session.setPositionState?.({ duration, position, playbackRate: 1 });
}
