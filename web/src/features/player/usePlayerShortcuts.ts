import { useEffect } from 'react';
import { shortcutFor } from '@/lib/keys/shortcuts';
import { useKeys } from '@/lib/keys/store';
import { clock } from '@/lib/player/clock';
import { usePlayer } from '@/lib/player/store';

const SEEK = 5;
const VOLUME = 0.05;

/** The player's keys, wherever the focus is, unless it needs the key itself. */
export function usePlayerShortcuts(): void {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const player = usePlayer.getState();
      if (!player.current) return;
      const shortcut = shortcutFor(event, useKeys.getState().single);
      if (!shortcut || shortcut === 'search' || shortcut === 'help') return;
      event.preventDefault();
      switch (shortcut) {
        case 'toggle':
          player.toggle();
          break;
        case 'back':
          player.seek(clock.position - SEEK);
          break;
        case 'forward':
          player.seek(clock.position + SEEK);
          break;
        case 'previous':
          player.previous();
          break;
        case 'next':
          player.next();
          break;
        case 'louder':
          player.setVolume(player.volume + VOLUME);
          break;
        case 'quieter':
          player.setVolume(player.volume - VOLUME);
          break;
        case 'mute':
          player.setMuted(!player.muted);
          break;
        case 'queue':
          player.setPanel(player.panel === 'queue' ? 'none' : 'queue');
          break;
      }
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
