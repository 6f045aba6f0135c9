/* Whether keys that are pressed alone are shortcuts, on this device; and whether the sheet of all shortcuts is open. */

import { create } from 'zustand';

const KEY = 'veza.single_keys';

function saved(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

interface KeysStore {
  single: boolean;
  setSingle(single: boolean): void;
  sheet: boolean;
  setSheet(open: boolean): void;
}

export const useKeys = create<KeysStore>((set) => ({
  single: saved(),
  setSingle(single) {
    try {
      localStorage.setItem(KEY, single ? 'on' : 'off');
    } catch {
      /* lasts until the page is closed */
    }
    set({ single });
  },
  sheet: false,
  setSheet: (sheet) => set({ sheet }),
}));
