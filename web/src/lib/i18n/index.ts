/* Languages: English, French, Spanish. Texts are in files, and the first part of a key names the file: t('playlists.title'). What every page
 * may need is one chunk (locales/fr/index.ts), loaded at the start; any other file is loaded with the pages and dialogs that name it, before
 * they are drawn. locales.test.ts holds them to naming all that they use. */

import i18next, { type ParseKeys } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { LANGUAGE_KEY, isLanguage, preferredLanguage, type Language } from './languages';
import type { Namespace } from './texts';

export { LANGUAGES, detectLanguage, type Language } from './languages';
export type { Namespace, TextFiles } from './texts';

type Texts = Record<string, unknown>;

const languages: Record<Language, () => Promise<{ default: Texts; files: Record<string, () => Promise<Texts>> }>> = {
  en: () => import('@/locales/en'),
  fr: () => import('@/locales/fr'),
  es: () => import('@/locales/es'),
};

/** What has been asked for so far: it is what another language needs too. */
const wanted = new Set<'common' | Namespace>(['common']);

async function add(language: Language, name: 'common' | Namespace): Promise<void> {
  if (i18next.getResource(language, 'translation', name)) return;
  const { default: common, files } = await languages[language]();
  const texts = name === 'common' ? common : { [name]: await files[`./${name}.json`]?.() };
  i18next.addResourceBundle(language, 'translation', texts, true);
}

async function load(language: Language, names: Iterable<'common' | Namespace>): Promise<void> {
  await Promise.all(Array.from(names, (name) => add(language, name)));
}

async function loadTexts(names: readonly Namespace[]): Promise<void> {
  for (const name of names) wanted.add(name);
  await load(currentLanguage(), names);
}

/** Loads the texts of these files together with what shows them, at the same time. Fails when one of them cannot be loaded. */
export const withTexts =
  <T>(code: () => Promise<T>, ...names: Namespace[]) =>
  async (): Promise<T> =>
    (await Promise.all([code(), loadTexts(names)]))[0];

/** All there are, for tests and stories. */
export async function loadAllTexts(): Promise<void> {
  const { files } = await languages.en();
  await loadTexts(Object.keys(files).map((file) => file.slice('./'.length, -'.json'.length) as Namespace));
}

/** Fails, and leaves the language as it is, when its texts cannot be loaded. */
export async function setLanguage(language: Language): Promise<void> {
  await load(language, wanted);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(LANGUAGE_KEY, language);
  } catch {
    /* lasts until the page is closed */
  }
}

/** From its call on, texts of pages may be loaded too; it resolves when those of every page are there. */
export async function startI18n(): Promise<void> {
  const language = preferredLanguage();
  document.documentElement.lang = language;
  const ready = i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
    react: { useSuspense: false },
  });
  await Promise.all([ready, load(language, wanted)]);
  await i18next.changeLanguage(language); /* now that there is something to say */
}

/** Is there a text for a key that is made from what the server says? */
export const isText = (key: string): key is ParseKeys => i18next.exists(key, { count: 1, returnObjects: false });

export const currentLanguage = (): Language => (isLanguage(i18next.language) ? i18next.language : preferredLanguage());
