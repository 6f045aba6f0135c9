/* The words of the frame, in the language of the browser: what somebody chose in the app is not known here. */

import { detectLanguage } from '@/lib/i18n/languages';
import * as en from '@/locales/en/embed.json';
import * as es from '@/locales/es/embed.json';
import * as fr from '@/locales/fr/embed.json';

type Key = `embed.${keyof typeof en & string}`;

export const language = detectLanguage(null, navigator.languages ?? [navigator.language]);
const texts: Record<string, string> = { en, fr, es }[language] as Record<string, string>;

export const t = (key: Key, values: Record<string, string | number> = {}): string =>
  (texts[key.replace(/^\w+\./, '')] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
