/* Which languages there are, and which one somebody reads. */

export const LANGUAGES = { en: 'English', fr: 'Français', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_KEY = 'veza.language';

export const isLanguage = (value: string | null | undefined): value is Language => value != null && value in LANGUAGES;

/** The language that the address asks for, which is that of what the server rendered. */
export const askedLanguage = (search: string): string | null => new URLSearchParams(search).get('lang');

/** The language of the address, else the saved one, else the first of the browser's that we speak, else English. */
export function detectLanguage(saved: string | null, wanted: readonly string[], asked: string | null = null): Language {
  if (isLanguage(asked)) return asked;
  if (isLanguage(saved)) return saved;
  for (const tag of wanted) {
    const language = tag.split('-')[0]?.toLowerCase();
    if (isLanguage(language)) return language;
  }
  return 'en';
}

export function preferredLanguage(): Language {
  let saved: string | null = null;
  try {
    saved = localStorage.getItem(LANGUAGE_KEY);
  } catch {
    /* the browser's languages decide */
  }
  return detectLanguage(saved, navigator.languages ?? [navigator.language], askedLanguage(location.search));
}
