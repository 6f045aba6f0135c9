/* The system's own controls (lib/player/mediaSession.ts), while the frame plays. */

import { bindMediaSession, updateMediaSession } from '@/lib/player/mediaSession';
import { picture } from './cover';
import type { Player } from './player';
import type { Piece } from './subject';

let shown: Piece | null = null;

function go(player: Player, by: number): void {
  const index = player.playable(player.index, by);
  if (index >= 0) player.play(index);
}

async function describe(piece: Piece): Promise<void> {
  const session = navigator.mediaSession as MediaSession | undefined;
  const src = piece.coverUrl && (await picture(piece.coverUrl));
  if (session && shown === piece) session.metadata = new MediaMetadata({ title: piece.title, artist: piece.by, artwork: src ? [{ src }] : [] });
}

/** Nothing before it is played: a page with ten frames has one sound. */
export function showInSystem(player: Player, piece: Piece): void {
  if (!player.wanted && !shown) return;
  if (!shown) {
    bindMediaSession({
      play: () => player.play(),
      pause: () => player.pause(),
      next: () => go(player, 1),
      previous: () => go(player, -1),
      seekBy: (seconds) => player.seek(Math.max(0, player.position + seconds)),
      seekTo: (seconds) => player.seek(seconds),
    });
  }
  if (shown !== piece) {
    shown = piece;
    void describe(piece);
  }
  updateMediaSession(player.wanted, player.position, player.duration);
}
