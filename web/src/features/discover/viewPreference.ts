import { create } from 'zustand';

type View = 'list' | 'grid';
const KEY = 'veza.discover';

function saved(): View {
  try {
    return localStorage.getItem(KEY) === 'grid' ? 'grid' : 'list';
  } catch {
    return 'list';
  }
}

interface ViewPreference {
  view: View;
  setView(view: View): void;
}

export const useViewPreference = create<ViewPreference>((set) => ({
  view: saved(),
  setView(view) {
    try {
      localStorage.setItem(KEY, view);
    } catch {
      /* lasts until the page is closed */
    }
    set({ view });
  },
}));
