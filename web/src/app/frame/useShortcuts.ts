import { useEffect } from 'react';
import { shortcutFor } from '@/lib/keys/shortcuts';
import { useKeys } from '@/lib/keys/store';
import { usePalette } from '@/lib/palette/store';

/** The shortcuts that work everywhere: search, and the list of all shortcuts. */
export function useShortcuts(): void {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const shortcut = shortcutFor(event, useKeys.getState().single);
      if (shortcut !== 'search' && shortcut !== 'help') return;
      event.preventDefault();
      if (shortcut === 'search') usePalette.getState().setOpen(true);
      else useKeys.getState().setSheet(true);
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
