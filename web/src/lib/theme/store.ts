/* Dark, light, or as the system has it. public/theme.js applies the saved choice before the first paint. */

import { create } from 'zustand';

export type Theme = 'dark' | 'light' | 'system';

const KEY = 'veza.theme';
const wantsLight = () => window.matchMedia?.('(prefers-color-scheme: light)').matches ?? false;

function saved(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

/** What a choice looks like. */
export const shownTheme = (theme: Theme): 'dark' | 'light' => (theme === 'system' ? (wantsLight() ? 'light' : 'dark') : theme);

export function applyTheme(theme: Theme): void {
  const shown = shownTheme(theme);
  document.documentElement.dataset['theme'] = shown;
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', shown === 'light' ? '#f6f1e7' : '#12100e');
}

interface ThemeStore {
  theme: Theme;
  setTheme(theme: Theme): void;
}

export const useTheme = create<ThemeStore>((set) => ({
  theme: saved(),
  setTheme(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      /* lasts until the page is closed */
    }
    applyTheme(theme);
    set({ theme });
  },
}));

/** Follows the system while the choice is `system`. */
export function followSystemTheme(): void {
  window.matchMedia?.('(prefers-color-scheme: light)').addEventListener('change', () => {
    if (useTheme.getState().theme === 'system') applyTheme('system');
  });
}
