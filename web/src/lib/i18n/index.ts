/* Languages: English, French, Spanish. A language is two chunks, loaded when it is chosen: what every page may need, and more
 * for the settings. */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { LANGUAGE_KEY, isLanguage, preferredLanguage, type Language } from './languages';

export { LANGUAGES, detectLanguage, type Language } from './languages';

type Words = () => Promise<{ default: Record<string, unknown> }>;

const loaders: Record<Language, { common: Words; more: Words }> = {
  en: { common: () => import('@/locales/en'), more: () => import('@/locales/en/more') },
  fr: { common: () => import('@/locales/fr'), more: () => import('@/locales/fr/more') },
  es: { common: () => import('@/locales/es'), more: () => import('@/locales/es/more') },
};

let wantsMore = false;

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
