/* Languages: English, French, Spanish. A language is three chunks: what every page may need, loaded when it is chosen, and what only some pages
 * do, loaded with those: `more` for the settings, `social` for notifications, comments and playlists. */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { LANGUAGE_KEY, isLanguage, preferredLanguage, type Language } from './languages';

export { LANGUAGES, detectLanguage, type Language } from './languages';

export type Extra = 'more' | 'social';
type Words = () => Promise<{ default: Record<string, unknown> }>;

const loaders: Record<Language, Record<'common' | Extra, Words>> = {
  en: { common: () => import('@/locales/en'), more: () => import('@/locales/en/more'), social: () => import('@/locales/en/social') },
  fr: { common: () => import('@/locales/fr'), more: () => import('@/locales/fr/more'), social: () => import('@/locales/fr/social') },
  es: { common: () => import('@/locales/es'), more: () => import('@/locales/es/more'), social: () => import('@/locales/es/social') },
};

/** A message of each chunk, which is there when the chunk is. */
const marks = { common: 'common.close', more: 'settings.title', social: 'notifications.title' };

const wanted = new Set<'common' | Extra>(['common']);

async function add(language: Language, chunk: 'common' | Extra): Promise<void> {
  if (i18next.exists(marks[chunk], { lng: language })) return;
  const { default: messages } = await loaders[language][chunk]();
  i18next.addResourceBundle(language, 'translation', messages, true);
}

async function load(language: Language): Promise<void> {
  await Promise.all([...wanted].map((chunk) => add(language, chunk)));
}

/** For pages whose words not everybody needs. */
export async function loadWords(chunk: Extra): Promise<void> {
  wanted.add(chunk);
  await load(currentLanguage());
}

export async function setLanguage(language: Language): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(LANGUAGE_KEY, language);
  } catch {
    /* lasts until the page is closed */
  }
}

export async function startI18n(): Promise<void> {
  const language = preferredLanguage();
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
