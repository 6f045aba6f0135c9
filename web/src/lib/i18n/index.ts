/* Languages: English, French, Spanish. A language is two chunks, loaded when it is chosen: what every page may need, and more
 * for the settings. */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = { en: 'English', fr: 'Français', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'veza.language';

type Words = () => Promise<{ default: Record<string, unknown> }>;

const loaders: Record<Language, { common: Words; more: Words }> = {
  en: { common: () => import('@/locales/en'), more: () => import('@/locales/en/more') },
  fr: { common: () => import('@/locales/fr'), more: () => import('@/locales/fr/more') },
  es: { common: () => import('@/locales/es'), more: () => import('@/locales/es/more') },
};

let wantsMore = false;

const isLanguage = (value: string | null | undefined): value is Language => value != null && value in LANGUAGES;

/** The saved language, else the first of the browser's that we speak, else English. */
export function detectLanguage(saved: string | null, wanted: readonly string[]): Language {
  if (isLanguage(saved)) return saved;
  for (const tag of wanted) {
    const language = tag.split('-')[0]?.toLowerCase();
    if (isLanguage(language)) return language;
  }
  return 'en';
}

async function add(language: Language, has: string, words: Words): Promise<void> {
  if (i18next.exists(has, { lng: language })) return;
  const { default: messages } = await words();
  i18next.addResourceBundle(language, 'translation', messages, true);
}

async function load(language: Language): Promise<void> {
  const { common, more } = loaders[language];
  await Promise.all([add(language, 'common.close', common), wantsMore && add(language, 'settings.title', more)]);
}

/** For pages whose words not everybody needs. */
export async function loadMoreWords(): Promise<void> {
  wantsMore = true;
  await load(currentLanguage());
}

export async function setLanguage(language: Language): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(KEY, language);
  } catch {
    /* lasts until the page is closed */
  }
}

export async function startI18n(): Promise<void> {
  let saved: string | null = null;
  try {
    saved = localStorage.getItem(KEY);
  } catch {
    /* the browser's languages decide */
  }
  const language = detectLanguage(saved, navigator.languages ?? [navigator.language]);
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
    react: { useSuspense: false },
  });
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export const currentLanguage = (): Language => (isLanguage(i18next.language) ? i18next.language : 'en');
